import type { Clock } from '../../clock.js';
import type { VaultConnection, VaultSend } from './vault-connection.js';
import { configuredToken, logIn, tokenIn, type VaultToken } from './vault-login.js';
import type { VaultLogin } from './vault-options.js';

/** A login at Vault. It is renewed in the background until Vault does not allow it any more. */
export interface VaultSession {
  /** The token. Logs in if there is none, or if it has expired. */
  token(send: VaultSend): Promise<string>;
  /** Vault has refused this token. */
  refused(token: string): void;
  close(): void;
}

export interface VaultSessionOptions {
  readonly login: VaultLogin;
  /** Opens a connection for a renewal. */
  readonly connect: () => VaultConnection;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

interface Held extends VaultToken {
  /** Monotonic milliseconds. */
  readonly expiresAt: number;
}

/** A token with less time left is not used and not renewed any more. */
const MIN_LEFT_MS = 2_000;
/** Renews a token after 60 to 70 % of its time. */
const RENEW_AFTER = 0.6;
const RENEW_SPREAD = 0.1;
/** A timer of Node has at most 24 days, and a token should not be unused for long. */
const MAX_WAIT_MS = 12 * 3_600_000;
const RETRY_MS = 30_000;

export function createVaultSession({ login, connect, clock, random }: VaultSessionOptions): VaultSession {
  let held: Held | undefined;
  let stopTimer = (): void => {};
  let closed = false;

  function hold(token: VaultToken): void {
    stopTimer();
    if (closed) return;
    const { leaseMs } = token;
    held = {
      ...token,
      expiresAt: leaseMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + leaseMs,
    };
    if (token.isRenewable) renewIn((leaseMs ?? MAX_WAIT_MS) * (RENEW_AFTER + RENEW_SPREAD * random()));
  }

  function drop(): void {
    stopTimer();
    held = undefined;
  }

  const leftMs = (): number => (held === undefined ? 0 : held.expiresAt - clock.monotonic());

  function renewIn(delayMs: number): void {
    if (closed || leftMs() < MIN_LEFT_MS) return;
    stopTimer = clock.after(Math.min(delayMs, MAX_WAIT_MS), () => void renew());
  }

  /** A failure is not reported here: if the token expires, the next read logs in, or fails. */
  async function renew(): Promise<void> {
    const before = held;
    if (before === undefined) return;
    const connection = connect();
    try {
      const request = {
        method: 'POST',
        path: 'auth/token/renew-self',
        token: before.token,
        body: {},
      } as const;
      const { status, body } = await connection.send(request);
      // It may have been replaced or refused meanwhile.
      if (held !== before) return;
      const renewed = status === 200 ? tokenIn(body) : undefined;
      if (renewed !== undefined) hold(renewed);
      else if (status >= 400 && status < 500 && status !== 412 && status !== 429) drop();
      else renewIn(Math.min(RETRY_MS, leftMs() / 3));
    } catch {
      if (held === before) renewIn(Math.min(RETRY_MS, leftMs() / 3));
    } finally {
      connection.close();
    }
  }

  return {
    async token(send) {
      const configured = await configuredToken(login);
      const isSame = configured === undefined || configured === held?.token;
      if (held !== undefined && isSame && leftMs() >= MIN_LEFT_MS) return held.token;
      const token = await logIn(login, configured, send);
      hold(token);
      return token.token;
    },
    refused(token) {
      if (held?.token === token) drop();
    },
    close() {
      closed = true;
      drop();
    },
  };
}
