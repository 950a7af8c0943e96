import type { Dict } from '../../wamp/payload.js';
import type { Session } from '../model.js';

/**
 * The lists in PUBLISH.Options that name receivers, and the session property that each list
 * compares. The names are literals, because every PUBLISH looks up all of them.
 */
const LISTS = [
  ['eligible', 'exclude', (session: Session) => session.id],
  ['eligible_authid', 'exclude_authid', (session: Session) => session.authid],
  ['eligible_authrole', 'exclude_authrole', (session: Session) => session.authrole],
] as const;

/**
 * Returns a function that tells whether a subscriber may get an event (WAMP, "Subscriber Black- and
 * Whitelisting"). Returns undefined if the options have no list. A subscriber must be on every
 * `eligible` list and on no `exclude` list. An empty `eligible` list excludes everybody. The broker
 * decides whether the publisher itself gets the event.
 */
export function receiverFilter(options: Dict): ((session: Session) => boolean) | undefined {
  const tests: ((session: Session) => boolean)[] = [];
  for (const [eligibleKey, excludedKey, propertyOf] of LISTS) {
    const eligible = options[eligibleKey];
    const excluded = options[excludedKey];
    if (Array.isArray(eligible)) {
      const named = new Set(eligible);
      tests.push((session) => named.has(propertyOf(session)));
    }
    if (Array.isArray(excluded)) {
      const named = new Set(excluded);
      tests.push((session) => !named.has(propertyOf(session)));
    }
  }
  return tests.length === 0 ? undefined : (session) => tests.every((test) => test(session));
}
