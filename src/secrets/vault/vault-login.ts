import { SecretError } from '../provider.js';
import { readTextFile } from '../read-text-file.js';
import { member } from './json-member.js';
import type { VaultSend } from './vault-connection.js';
import { vaultError } from './vault-errors.js';
import type { VaultLogin } from './vault-options.js';

/** A token of Vault, and how long it is valid. */
export interface VaultToken {
  readonly token: string;
  /** Undefined if it does not expire, or if that is not known. */
  readonly leaseMs: number | undefined;
  readonly isRenewable: boolean;
}

/** The configured token, if the login has one. It may have changed since the last time. */
export async function configuredToken(login: VaultLogin): Promise<string | undefined> {
  switch (login.kind) {
    case 'token':
      return login.token;
    case 'token file':
      return await readWord(login.file);
    default:
      return undefined;
  }
}

/** Gets a token: by a login, or the configured one with its lifetime. */
export async function logIn(
  login: VaultLogin,
  configured: string | undefined,
  send: VaultSend,
): Promise<VaultToken> {
  switch (login.kind) {
    case 'approle': {
      const secretId = await readWord(login.secretIdFile);
      return await logInAt(login.mount, { role_id: login.roleId, secret_id: secretId }, send);
    }
    case 'kubernetes': {
      const jwt = await readWord(login.jwtFile);
      return await logInAt(login.mount, { role: login.role, jwt }, send);
    }
    default:
      return await lookUp(configured ?? '', send);
  }
}

async function logInAt(mount: string, body: object, send: VaultSend): Promise<VaultToken> {
  const response = await send({ method: 'POST', path: `auth/${mount}/login`, body });
  if (response.status !== 200) {
    const refused = 'the login is refused: check the role, its credential and auth.secrets.vault.mount';
    throw vaultError(response.status, { 400: refused, 403: refused, 404: refused });
  }
  const token = tokenIn(response.body);
  if (token === undefined) throw new SecretError('Vault: the response of the login has no token');
  return token;
}

/** The token in the response of a login or a renewal. */
export function tokenIn(body: unknown): VaultToken | undefined {
  const token = member(body, 'auth', 'client_token');
  if (typeof token !== 'string' || token === '') return undefined;
  return {
    token,
    leaseMs: millisecondsIn(member(body, 'auth', 'lease_duration')),
    isRenewable: member(body, 'auth', 'renewable') === true,
  };
}

/** Many tokens may look themselves up. With others, the end of the lifetime is not known. */
async function lookUp(token: string, send: VaultSend): Promise<VaultToken> {
  const { status, body } = await send({ method: 'GET', path: 'auth/token/lookup-self', token });
  if (status !== 200) return { token, leaseMs: undefined, isRenewable: false };
  const leaseMs = millisecondsIn(member(body, 'data', 'ttl'));
  return { token, leaseMs, isRenewable: leaseMs !== undefined && member(body, 'data', 'renewable') === true };
}

function millisecondsIn(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : undefined;
}

/** A header must not contain anything else. */
const WORD = /^[\x21-\x7e]+$/;

async function readWord(file: string): Promise<string> {
  const word = (await readTextFile(file)).trim();
  if (!WORD.test(word)) throw new SecretError(`the file ${file} must have one line without spaces`);
  return word;
}
