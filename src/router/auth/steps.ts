import type { Authenticate } from '../../wamp/messages.js';
import type { Dict } from '../../wamp/payload.js';
import type { Refusal } from '../refusals.js';

/** The identity of a session, for WELCOME. */
export interface Identity {
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
}

/** A client that may join. */
export interface Admission {
  readonly kind: 'admitted';
  readonly identity: Identity;
  /** The role names that grants apply to. */
  readonly roles: ReadonlySet<string>;
  /** What the realm knows of the user, for callees in this process. The client does not get it. */
  readonly meta?: Dict | undefined;
  /** For WELCOME.Details.authextra. */
  readonly authextra?: Dict;
}

/** A client that may not join. ABORT tells it why. */
export interface Refused {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  /** The earliest time to tell the client, in monotonic milliseconds. Default: immediately. */
  readonly notBefore?: number;
}

/** CHALLENGE, and the step that follows the client's AUTHENTICATE. */
export interface Challenged {
  readonly kind: 'challenge';
  readonly method: string;
  readonly extra: Dict;
  answer(message: Authenticate): Step | Promise<Step>;
}

/** What the router does next with a client that wants to join. */
export type Step = Admission | Refused | Challenged;

export const refused = (uri: string, message: string): Refused => ({
  kind: 'refused',
  refusal: { uri, message },
});
