import type { LinkFailure } from './link-failure.js';
import type { AttachedProcedure, RegistrationStatus, Registrations } from './registrations.js';

/** The link of one realm to a router, for operators. */
export interface LinkStatus {
  readonly realm: string;
  /** The URL that is used or tried now, without credentials. */
  readonly router: string;
  readonly state: 'waiting' | 'connecting' | 'joining' | 'registering' | 'serving' | 'draining' | 'stopped';
  /** How many milliseconds the link has been waiting, connecting, joining or open. */
  readonly sinceMs: number;
  /** Why there is no session; undefined with a session, or before the first failure. */
  readonly failure: { readonly cause: string; readonly advice: string } | undefined;
  readonly procedures: readonly ({ readonly uri: string } & RegistrationStatus)[];
}

const PENDING: RegistrationStatus = { kind: 'pending' };

export function describeLink(facts: {
  readonly realm: string;
  readonly router: string;
  readonly phase: LinkStatus['state'];
  readonly sinceMs: number;
  readonly failure: LinkFailure | undefined;
  readonly procedures: readonly AttachedProcedure[];
  readonly registrations: Registrations | undefined;
}): LinkStatus {
  const { realm, router, phase, sinceMs, failure, registrations } = facts;
  return {
    realm,
    router,
    state: phase,
    sinceMs: Math.round(sinceMs),
    failure: failure && { cause: failure.cause, advice: failure.advice },
    procedures: facts.procedures.map(({ uri }) => ({ uri, ...(registrations?.statusOf(uri) ?? PENDING) })),
  };
}

/** Says in a few words why not all procedures are registered. Empty if all are. */
export function missingOf({ realm, router, failure, procedures }: LinkStatus): string {
  const missing = procedures.filter(({ kind }) => kind !== 'registered').map(({ uri }) => uri);
  if (missing.length === 0) return '';
  if (failure !== undefined) return `realm ${realm} is not attached to ${router}: ${failure.cause}`;
  const shown = missing.slice(0, 5).join(', ');
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
  return `realm ${realm} on ${router} lacks ${shown}${more}`;
}
