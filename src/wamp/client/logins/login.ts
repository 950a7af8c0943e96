import type { Dict } from '../../payload.js';

/** The contents of AUTHENTICATE. */
export interface LoginResponse {
  readonly signature: string;
  readonly extra?: Dict;
}

/** The client's side of one authentication method. */
export interface Login {
  /** The name in HELLO.authmethods and CHALLENGE. */
  readonly method: string;
  /** Keys for HELLO.authextra, if the method needs any. */
  readonly authextra?: Dict;
  /**
   * @param extra CHALLENGE.Extra
   * @throws LoginError if the challenge is not valid for this method
   */
  respond(extra: Dict): LoginResponse | Promise<LoginResponse>;
  /**
   * Checks whether WELCOME proves that the router knows the secret. Absent if the method has no
   * such proof.
   */
  provesRouter?(welcome: Dict): boolean;
}

/** The client cannot answer the router's challenge. The message contains no secret. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
}
