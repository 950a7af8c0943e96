import type { SummedLog } from '../../summed-log.js';
import { asDict, type Dict, type Payload } from '../../wamp/payload.js';
import { argsOf, kwargsOf } from '../../wamp/payload-values.js';
import { ERROR_URI } from '../../wamp/uris.js';
import { WampError } from '../../wamp/wamp-error.js';
import { estimateSize } from '../estimate-size.js';
import { KEY_BYTES } from './key-bytes.js';
import type { PasswordKeys } from './password-keys.js';
import { ANONYMOUS, EVERYBODY } from './roles.js';

/**
 * Calls a procedure of a realm as a session of this process. Rejects with WampError.
 * @param timeout milliseconds
 */
export type CallProcedure = (
  realm: string,
  procedure: string,
  args: readonly unknown[],
  timeout?: number,
) => Promise<Payload>;

/** What an authenticator returns for a user that it knows. */
export interface KnownUser {
  readonly kind: 'known';
  readonly authid: string | undefined;
  readonly authrole: string;
  readonly authextra?: Dict;
  /** `meta` of the result, or `extra` if there is no `meta`. */
  readonly meta?: Dict;
  /** For wampcra. */
  readonly cra: PasswordKeys['cra'];
  /** For wamp-scram. */
  readonly scram: PasswordKeys['scram'] | undefined;
  /**
   * For cryptosign: the key that the signature must verify with, in hex. If undefined, the key that
   * the client named.
   */
  readonly pubkey: string | undefined;
}

/** The authenticator does not know the client. */
export interface UnknownUser {
  readonly kind: 'denied';
}

/** The call of the authenticator failed, or returned an unusable result. */
export interface FailedCheck {
  readonly kind: 'failed';
}

/** @throws TooBusy if too many calls are waiting */
export type AskAuthenticator = (
  authid: string | undefined,
  details: Dict,
) => Promise<KnownUser | UnknownUser | FailedCheck>;

export interface AuthenticatorOptions {
  readonly realm: string;
  readonly procedure: string;
  readonly call: CallProcedure;
  /** How long the procedure may take, in milliseconds. */
  readonly timeout: number;
  /** Combines repeated lines, because any client can cause the same error many times. */
  readonly log: Pick<SummedLog, 'warn'>;
}

/** Errors of the authenticator itself, which say nothing about the client. */
const AUTHENTICATOR_ERRORS: readonly string[] = [
  ERROR_URI.noSuchProcedure,
  ERROR_URI.unavailable,
  ERROR_URI.noAvailableCallee,
  ERROR_URI.timeout,
  ERROR_URI.canceled,
  ERROR_URI.networkFailure,
  ERROR_URI.tooManyRequests,
  ERROR_URI.payloadSizeExceeded,
  ERROR_URI.runtimeError,
  ERROR_URI.invalidArgument,
];

/**
 * Asks a procedure of the realm about a user. The procedure has the signature of Crossbar.io's
 * authenticators: `(realm, authid, details)`. It returns a role, or a dictionary with `role`.
 * Depending on the authmethod, the dictionary also has `secret` (with `salt`, `iterations`), or
 * `pubkey`, or `salt`, `iterations`, `stored_key` and `server_key`. `authid`, `extra` and `meta` are
 * optional. The client gets `extra`, and only callees of this process get `meta`. An ERROR denies the
 * login.
 */
export function createAskAuthenticator(options: AuthenticatorOptions): AskAuthenticator {
  const { realm, procedure, call, timeout, log } = options;
  const fail = (why: object, message: string): FailedCheck => {
    log.warn({ realm, procedure, ...why }, message);
    return { kind: 'failed' };
  };
  return async (authid, details) => {
    let payload: Payload;
    try {
      payload = await call(realm, procedure, [realm, authid ?? null, details], timeout);
    } catch (error) {
      const uri = error instanceof WampError ? error.uri : ERROR_URI.runtimeError;
      return AUTHENTICATOR_ERRORS.includes(uri)
        ? fail({ reason: uri }, 'an authenticator failed')
        : { kind: 'denied' };
    }
    const user = readResult(argsOf(payload)[0] ?? kwargsOf(payload), realm);
    return user ?? fail({}, 'an authenticator returned an unusable result');
  };
}

/**
 * The longest text of a result, in characters. A longer text would slow down every login, because a
 * client that the authenticator does not know gets a challenge with a salt of the same length.
 */
const MAX_TEXT = 4096;
const TEXTS = ['role', 'authid', 'secret', 'salt', 'pubkey', 'stored_key', 'server_key'];
/** The maximum size of `extra` and of `meta`, in estimated bytes. The session keeps them. */
const MAX_EXTRA = 64 * 1024;

function isTooLarge(dict: Dict): boolean {
  return (
    TEXTS.some((name) => (textOf(dict[name])?.length ?? 0) > MAX_TEXT) ||
    estimateSize(dict['extra'], MAX_EXTRA) > MAX_EXTRA ||
    estimateSize(dict['meta'], MAX_EXTRA) > MAX_EXTRA
  );
}

function readResult(result: unknown, realm: string): KnownUser | undefined {
  const dict = typeof result === 'string' ? { role: result } : asDict(result);
  if (dict === undefined || isTooLarge(dict)) return undefined;
  const authrole = textOf(dict['role']);
  if (authrole === undefined || [ANONYMOUS, EVERYBODY].includes(authrole)) return undefined;
  if ((dict['realm'] ?? realm) !== realm) return undefined;
  // A value of the wrong type is an error. A default would be unsafe: without these keys, the
  // client gets the name and the key that it claims.
  const authid = textOf(dict['authid']);
  if (authid === undefined && (dict['authid'] ?? undefined) !== undefined) return undefined;
  const pubkey = textOf(dict['pubkey'])?.toLowerCase();
  if (pubkey === undefined && dict['pubkey'] !== undefined) return undefined;
  const authextra = asDict(dict['extra']);
  const meta = asDict(dict['meta'] ?? dict['extra']);
  return {
    kind: 'known',
    authid,
    authrole,
    ...(authextra && { authextra }),
    ...(meta && { meta }),
    cra: readCra(dict),
    scram: readScram(dict),
    pubkey,
  };
}

function readCra(dict: Dict): PasswordKeys['cra'] {
  const key = textOf(dict['secret']);
  if (key === undefined) return undefined;
  const salt = textOf(dict['salt']);
  return {
    key,
    salting: salt === undefined ? undefined : { salt, iterations: countOf(dict['iterations']) ?? 1000 },
  };
}

function readScram(dict: Dict): PasswordKeys['scram'] | undefined {
  const salt = textOf(dict['salt']);
  const iterations = countOf(dict['iterations']);
  const storedKey = Buffer.from(textOf(dict['stored_key']) ?? '', 'base64');
  const serverKey = Buffer.from(textOf(dict['server_key']) ?? '', 'base64');
  if (salt === undefined || iterations === undefined) return undefined;
  if (storedKey.length !== KEY_BYTES || serverKey.length !== KEY_BYTES) return undefined;
  return { salt, iterations, keys: async () => ({ storedKey, serverKey }) };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
