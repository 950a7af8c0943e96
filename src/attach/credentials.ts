import { randomBytes } from 'node:crypto';
import type { Credentials } from '../wamp/client/credentials.js';
import { cryptosignLogin } from '../wamp/client/logins/cryptosign.js';
import type { Login } from '../wamp/client/logins/login.js';
import { scramLogin } from '../wamp/client/logins/scram.js';
import { ticketLogin } from '../wamp/client/logins/ticket.js';
import { craLogin } from '../wamp/client/logins/wampcra.js';

/** How the gateway logs in on a realm, as `router.sessions.$name` says. */
export type LinkLogin =
  | { readonly authmethod: 'anonymous' }
  | { readonly authmethod: 'ticket'; readonly authid: string; readonly ticket: string }
  | { readonly authmethod: 'wampcra' | 'wamp-scram'; readonly authid: string; readonly secret: string }
  | { readonly authmethod: 'cryptosign'; readonly authid: string | undefined; readonly privateKey: string };

const NONCE_BYTES = 16;

/** Never called: an anonymous client gets no CHALLENGE. */
const ANONYMOUS: Login = { method: 'anonymous', respond: () => ({ signature: '' }) };

/**
 * Credentials for one attempt to join. They offer only one method. If there were several, Bondy
 * would choose one in its own order.
 *
 * @param login.privateKey 32 bytes in hex
 */
export function credentialsFor(login: LinkLogin): Credentials {
  switch (login.authmethod) {
    case 'anonymous':
      return { logins: [ANONYMOUS] };
    case 'ticket':
      return { authid: login.authid, logins: [ticketLogin(login.ticket)] };
    case 'wampcra':
      return { authid: login.authid, logins: [craLogin(login.secret)] };
    case 'wamp-scram': {
      const nonce = randomBytes(NONCE_BYTES).toString('base64');
      return { authid: login.authid, logins: [scramLogin(login.authid, login.secret, nonce)] };
    }
    case 'cryptosign': {
      const logins = [cryptosignLogin(login.privateKey)];
      return login.authid === undefined ? { logins } : { authid: login.authid, logins };
    }
  }
}

/** Masks the secret of a login in a text of the router. */
export function hideSecret(login: LinkLogin, text: string): string {
  const secret = secretOf(login);
  return secret === undefined || secret === '' ? text : text.replaceAll(secret, '***');
}

function secretOf(login: LinkLogin): string | undefined {
  switch (login.authmethod) {
    case 'anonymous':
      return undefined;
    case 'ticket':
      return login.ticket;
    case 'wampcra':
    case 'wamp-scram':
      return login.secret;
    case 'cryptosign':
      return login.privateKey;
  }
}
