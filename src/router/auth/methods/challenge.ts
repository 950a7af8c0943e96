import type { Authenticate } from '../../../wamp/messages.js';
import type { Dict } from '../../../wamp/payload.js';
import type { DeriveKey } from '../key-derivation.js';

/** What a signature that is right brings, for WELCOME; false for one that is wrong. */
export type Judgement = false | { readonly authextra?: Dict };

/** A challenge by one authmethod, and the judgement on its answer; there is one answer. */
export interface Challenge {
  /** CHALLENGE.Extra */
  readonly extra: Dict;
  /** @param derive for the client that is to be judged; a password that is a hash needs it */
  verify(message: Authenticate, derive: DeriveKey): Judgement | Promise<Judgement>;
}
