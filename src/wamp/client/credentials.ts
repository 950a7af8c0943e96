import { type Authenticate, type Challenge, MESSAGE } from '../messages.js';
import type { Dict } from '../payload.js';
import { type Login, LoginError } from './logins/login.js';

/** The identity that a client claims, and its authentication methods in order of preference. */
export interface Credentials {
  /** Required, unless a cryptosign key identifies the client. */
  readonly authid?: string;
  readonly logins: readonly Login[];
}

/** The entries of HELLO.Details for the credentials. */
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
