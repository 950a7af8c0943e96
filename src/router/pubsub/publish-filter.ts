import type { Dict } from '../../wamp/payload.js';
import type { Session } from '../model.js';

/**
 * Lists of PUBLISH.Options that name receivers, and what of a session they look at. Whole names:
 * each PUBLISH asks for all.
 */
const LISTS = [
  ['eligible', 'exclude', (session: Session) => session.id],
  ['eligible_authid', 'exclude_authid', (session: Session) => session.authid],
  ['eligible_authrole', 'exclude_authrole', (session: Session) => session.authrole],
] as const;

/**
 * Whether a subscriber may have an event (WAMP "Subscriber Black- and Whitelisting"): it is on
 * every `eligible` list that is given, an empty one naming nobody, and on no `exclude` list.
 * undefined where no list is given. Whether the publisher itself may have it is the broker's to
 * ask.
 */
export function receiverFilter(options: Dict): ((session: Session) => boolean) | undefined {
  const tests: ((session: Session) => boolean)[] = [];
  for (const [eligibleKey, excludedKey, trait] of LISTS) {
    const eligible = options[eligibleKey];
    const excluded = options[excludedKey];
    if (Array.isArray(eligible)) {
      const named = new Set(eligible);
      tests.push((session) => named.has(trait(session)));
    }
    if (Array.isArray(excluded)) {
      const named = new Set(excluded);
      tests.push((session) => !named.has(trait(session)));
    }
  }
  return tests.length === 0 ? undefined : (session) => tests.every((test) => test(session));
}
