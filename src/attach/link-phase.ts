import type { Session } from '../wamp/client/session.js';
import type { Peer } from '../wamp/peer.js';
import type { Registrations } from './registrations.js';
import type { LinkStatus } from './status.js';

/**
 * Each phase is an object of its own. A late event compares its phase with the current one, and is
 * ignored if they differ.
 */
export type Phase =
  | { readonly kind: 'waiting'; readonly stopTimer: () => void }
  | { readonly kind: 'connecting'; readonly abort: AbortController }
  | { readonly kind: 'joining'; readonly peer: Peer }
  | Open
  | { readonly kind: 'stopped' };

export interface Open {
  readonly kind: 'open';
  readonly session: Session;
  readonly registrations: Registrations;
  readonly peer: Peer;
  readonly joinedAt: number;
  isDraining: boolean;
}

/** @param procedures how many the link wants to register */
export function phaseName(phase: Phase, procedures: number): LinkStatus['state'] {
  if (phase.kind !== 'open') return phase.kind;
  if (phase.isDraining) return 'draining';
  return phase.registrations.registered === procedures ? 'serving' : 'registering';
}
