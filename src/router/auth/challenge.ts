import type { Authenticate } from '../../wamp/messages.js';
import type { Dict } from '../../wamp/payload.js';

/** What a signature that is right brings, for WELCOME; false for one that is wrong. */
export type Judgement = false | { readonly authextra?: Dict };

/** A challenge by one authmethod, and the judgement on its answer; there is one answer. */
export interface Challenge {
  /** CHALLENGE.Extra */
  readonly extra: Dict;
  verify(message: Authenticate): Judgement | Promise<Judgement>;
}
