import type { CallControl } from '../upstream/call-control.js';
import type { HandedToken, NoToken, Token, TokenCache } from './token-cache.js';

/** The tokens of a service: one for all callers, or one for each caller. */
export interface TokenStore {
  /** The token for a call. See {@link TokenCache.obtain}. */
  obtain(control: CallControl, now: number): Token | NoToken | Promise<Token | NoToken>;
  /** Another token for a call. See {@link TokenCache.replace}. */
  replace(
    refused: Token,
    drop: boolean,
    control: CallControl,
  ): Token | NoToken | Promise<Token | NoToken> | undefined;
  /** For operators: fetches a new token, or drops the tokens of all callers. */
  renew(): Promise<Token | NoToken | DroppedTokens>;
  /** Undefined without a token, and if each caller has its own. */
  readonly expiresAt: number | undefined;
  /** The number of callers whose tokens are kept. Undefined if all callers share one. */
  readonly count: number | undefined;
  /** Drops tokens if the credentials have changed, and ends the wait after a failure. */
  credentialsChanged(): void;
  handOver(): HandedTokens;
  /** Uses what another store has handed over, if the token requests are the same. */
  takeOver(handed: HandedTokens): void;
  close(): void;
}

/** What a store hands over. */
export type HandedTokens = SharedToken | CallerTokens;

interface SharedToken {
  readonly kind: 'shared';
  readonly token: HandedToken;
}

interface CallerTokens {
  readonly kind: 'callers';
  /** By the keys of the callers. */
  readonly tokens: ReadonlyMap<string, HandedToken>;
}

export interface DroppedTokens {
  readonly kind: 'dropped';
  readonly count: number;
}

/** A store with one token for all callers. */
export function createSharedToken(cache: TokenCache): TokenStore {
  return {
    obtain: ({ trace }, now) => cache.obtain(now, trace),
    replace: (refused, drop, { trace }) => cache.replace(refused, drop, trace),
    renew: cache.renew,
    get expiresAt() {
      return cache.expiresAt;
    },
    count: undefined,
    credentialsChanged: cache.credentialsChanged,
    handOver: () => ({ kind: 'shared', token: cache.handOver() }),
    takeOver(handed) {
      if (handed.kind === 'shared') cache.takeOver(handed.token);
    },
    close: cache.close,
  };
}
