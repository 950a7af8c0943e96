import type { Authenticate } from '../../../wamp/messages.js';
import type { Dict } from '../../../wamp/payload.js';
import type { DeriveKey } from '../key-derivation.js';

/** The result of a valid signature, for WELCOME. False for a wrong signature. */
export type Judgement = false | { readonly authextra?: Dict };

/** A challenge of one authmethod. It allows one answer. */
export interface Challenge {
  /** CHALLENGE.Extra */
  readonly extra: Dict;
  /** @param derive key derivation for this client; a hashed password needs it */
  verify(message: Authenticate, derive: DeriveKey): Judgement | Promise<Judgement>;
}
