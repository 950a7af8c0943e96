import type { Dict } from '../../payload.js';

/** What AUTHENTICATE carries. */
export interface LoginResponse {
  readonly signature: string;
  readonly extra?: Dict;
}

/** One way in which a client logs in: what HELLO says of it, and the response to the router's CHALLENGE. */
export interface Login {
  /** The name in HELLO.authmethods and CHALLENGE. */
  readonly method: string;
  /** Keys for HELLO.authextra, if the method needs any. */
  readonly authextra?: Dict;
  /**
   * @param extra CHALLENGE.Extra
   * @throws LoginError if the challenge is not one of this method
   */
  respond(extra: Dict): LoginResponse | Promise<LoginResponse>;
  /** Whether WELCOME proves what this method asks the router to prove. Absent: the method asks for nothing. */
  provesRouter?(welcome: Dict): boolean;
}

/** The router's challenge cannot be answered. The message holds no secret. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
}
