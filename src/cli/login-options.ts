import { randomBytes } from 'node:crypto';
import type { Credentials } from '../wamp/client/credentials.js';
import { cryptosignLogin, isPrivateKey } from '../wamp/client/logins/cryptosign.js';
import type { Login } from '../wamp/client/logins/login.js';
import { scramLogin } from '../wamp/client/logins/scram.js';
import { ticketLogin } from '../wamp/client/logins/ticket.js';
import { craLogin } from '../wamp/client/logins/wampcra.js';
import { CommandFailure, EXIT, type Host } from './host.js';

/** The login options of `call`. The first four can also come from the environment. */
export interface LoginOptions {
  readonly authid?: string;
  readonly ticket?: string;
  readonly secret?: string;
  readonly privateKey?: string;
  readonly authmethod?: string;
}

const NONCE_BYTES = 16;

/**
 * Reads credentials from the options and from RPC_GATEWAY_{AUTHID,TICKET,SECRET,PRIVATE_KEY}. An
 * option overrides its variable.
 *
 * @returns undefined for an anonymous client.
 * @throws CommandFailure if the credentials are incomplete or contradictory. No message quotes a
 * secret.
 */
export function credentialsOf(options: LoginOptions, host: Host): Credentials | undefined {
  const { authmethod } = options;
  if (authmethod === 'anonymous') return undefined;
  const given = {
    authid: options.authid ?? variable(host, 'AUTHID'),
    ticket: options.ticket ?? variable(host, 'TICKET'),
    secret: options.secret ?? variable(host, 'SECRET'),
    privateKey: options.privateKey ?? variable(host, 'PRIVATE_KEY'),
  };
  const offered = loginsOf(given).filter(({ method }) => authmethod === undefined || method === authmethod);
  if (offered.length > 0) {
    return given.authid === undefined ? { logins: offered } : { authid: given.authid, logins: offered };
  }
  if (authmethod !== undefined) throw usage(`--authmethod ${authmethod} needs ${NEEDS[authmethod]}.`);
  if (given.authid === undefined) return undefined;
  throw usage('--authid needs a credential: --ticket, --secret or --private-key.');
}

/** The options that each authmethod needs, for messages. */
const NEEDS: Readonly<Record<string, string>> = {
  ticket: '--authid and --ticket',
  wampcra: '--authid and --secret',
  'wamp-scram': '--authid and --secret',
  cryptosign: '--private-key',
};

/** The logins with the best method first, because the router uses the first one that it knows. */
function loginsOf(given: {
  readonly authid: string | undefined;
  readonly ticket: string | undefined;
  readonly secret: string | undefined;
  readonly privateKey: string | undefined;
}): readonly Login[] {
  const { authid, ticket, secret, privateKey } = given;
  const logins: Login[] = [];
  if (privateKey !== undefined) {
    if (!isPrivateKey(privateKey)) {
      throw usage('--private-key must be an Ed25519 private key: 64 hexadecimal digits.');
    }
    logins.push(cryptosignLogin(privateKey));
  }
  if (secret !== undefined) {
    const user = needAuthid(authid, '--secret');
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    logins.push(scramLogin(user, secret, nonce), craLogin(secret));
  }
  if (ticket !== undefined) {
    needAuthid(authid, '--ticket');
    logins.push(ticketLogin(ticket));
  }
  return logins;
}

function needAuthid(authid: string | undefined, option: string): string {
  if (authid === undefined) throw usage(`${option} needs the name of the user: --authid NAME.`);
  return authid;
}

function variable(host: Host, name: string): string | undefined {
  return host.env[`RPC_GATEWAY_${name}`] || undefined;
}

function usage(message: string): CommandFailure {
  return new CommandFailure(message, EXIT.usage);
}
