import { type Authenticate, type Challenge, MESSAGE } from '../messages.js';
import type { Dict } from '../payload.js';
import { type Login, LoginError } from './logins/login.js';

/** Who a client says it is, and the ways in which it can prove that, the best one first. */
export interface Credentials {
  /** Absent only if a cryptosign key alone tells who it is. */
  readonly authid?: string;
  readonly logins: readonly Login[];
}

/** The keys that credentials add to HELLO.Details. */
export function helloDetailsOf({ authid, logins }: Credentials): Dict {
  const authextra = Object.assign({}, ...logins.map((login) => login.authextra ?? {})) as Dict;
  return {
    authmethods: logins.map(({ method }) => method),
    ...(authid !== undefined && { authid }),
    ...(Object.keys(authextra).length > 0 && { authextra }),
  };
}

/** The login that a CHALLENGE asks for. @throws LoginError if the client did not offer it */
export function challengedLogin({ logins }: Credentials, { method }: Challenge): Login {
  const login = logins.find((offered) => offered.method === method);
  if (login === undefined) {
    throw new LoginError('The router asks for an authmethod that the client did not offer.');
  }
  return login;
}

/** AUTHENTICATE for a CHALLENGE. @throws LoginError if the challenge cannot be answered */
export async function authenticateMessage(login: Login, { extra }: Challenge): Promise<Authenticate> {
  const response = await login.respond(extra);
  return { type: MESSAGE.AUTHENTICATE, signature: response.signature, extra: response.extra ?? {} };
}
