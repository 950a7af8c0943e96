import type { Clock } from '../clock.js';
import { Tally } from '../collections/tally.js';
import type { ServiceSettings } from '../config/model.js';
import type { Variables } from '../secrets/variables.js';
import type { Turns } from '../turns.js';
import type { CallControl } from '../upstream/call-control.js';
import { callerKey } from '../upstream/caller.js';
import type { HttpRequest } from '../upstream/http-message.js';
import type { WaitingMemory } from '../upstream/waiting-memory.js';
import type { Credential } from './credential.js';
import { isPlaceable, placeCredential } from './placement.js';
import { judgeRefusal } from './refusal.js';
import type { CredentialOutcome, NoCredential, RequestCredential } from './request-credential.js';
import type { NoToken, Token } from './token-cache.js';
import type { TokenStore } from './token-store.js';
import { createWaitWithin } from './wait-within.js';

export interface TokenCredentialParts {
  readonly settings: ServiceSettings;
  readonly credential: Credential;
  readonly variables: Variables;
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly waiting: WaitingMemory;
  readonly close: () => Promise<void>;
}

/** Adds tokens to requests, and replaces a token that the upstream refuses. */
export function createTokenCredential(parts: TokenCredentialParts): RequestCredential {
  const { settings, variables, tokens, clock } = parts;
  const { placement } = parts.credential;
  const refreshOn = settings['auth.refresh_on'];
  const maxWaiting = settings['pool.max_waiting'];
  const waitWithin = createWaitWithin<Token | NoToken>(clock, parts.turns);
  const maxPerCaller = settings['pool.max_waiting_per_caller'];
  let waiting = 0;
  /** The waiting calls of each caller. Undefined if callers have no limit. */
  const shares = maxPerCaller > 0 ? new Tally() : undefined;
  let cachedToken: Token | undefined;
  let cachedText = '';
  variables.onChange(() => {
    cachedToken = undefined;
    tokens.credentialsChanged();
  });

  /**
   * Returns the credential for a token. It is built once for each token. Returns undefined if
   * `auth.apply` cannot place it.
   */
  function textOf(token: Token): string | undefined {
    if (token === cachedToken) return cachedText;
    const text = placement.format(token.value, variables.current() ?? new Map());
    // Checks this again, because another variable of the format may have changed since the token
    // arrived.
    if (text === undefined || !isPlaceable(text, placement)) return undefined;
    [cachedText, cachedToken] = [text, token];
    return text;
  }

  function place(request: HttpRequest, token: Token): CredentialOutcome {
    const text = textOf(token);
    if (text === undefined) return failed('auth', 'the credential is not allowed where auth.apply puts it');
    return {
      kind: 'ready',
      request: placeCredential(request, placement, text),
      token,
      notAfter: token.expiresAt,
    };
  }

  function outcomeOf(request: HttpRequest, got: Token | NoToken): CredentialOutcome {
    return got.kind === 'token' ? place(request, got) : failed('auth', got.cause, got.retryAfterMs);
  }

  async function waitForToken(
    request: HttpRequest,
    pending: Promise<Token | NoToken>,
    control: CallControl,
  ): Promise<CredentialOutcome> {
    if (waiting >= maxWaiting) {
      return failed('overload', 'too many calls wait for a token (pool.max_waiting)');
    }
    const caller = shares && callerKey(control.caller);
    if (shares !== undefined && shares.of(caller) >= maxPerCaller) {
      const cause = 'too many calls of one caller wait for a token (pool.max_waiting_per_caller)';
      return failed('overload', cause);
    }
    const held = parts.waiting.enter(request, control);
    if (held === undefined) {
      return failed('overload', 'the waiting calls hold too many bytes (pool.max_waiting_bytes)');
    }
    waiting += 1;
    shares?.add(caller);
    try {
      const got = await waitWithin(pending, control);
      if (got === 'canceled') return failed('canceled', 'cancelled while it waited for a token');
      if (got === 'timeout')
        return failed('timeout', 'the deadline passed while the call waited for a token');
      return outcomeOf(request, got);
    } finally {
      waiting -= 1;
      shares?.remove(caller);
      parts.waiting.leave(held);
    }
  }

  return {
    apply(request, control, now) {
      const got = tokens.obtain(control, now);
      return got instanceof Promise ? waitForToken(request, got, control) : outcomeOf(request, got);
    },

    refresh(request, { token }, response, control) {
      const refusal = judgeRefusal(response, refreshOn);
      if (refusal === 'none' || token === undefined) return undefined;
      const next = tokens.replace(token, refusal === 'token', control);
      if (next === undefined) return undefined;
      return replaced(refusal === 'token', request, next, control);
    },

    token: tokens,
    close: parts.close,
  };

  /**
   * Waits for the new token. If no token comes and the refusal may have another cause, returns
   * undefined. The caller then gets the upstream's response.
   */
  async function replaced(
    refusesToken: boolean,
    request: HttpRequest,
    next: Token | NoToken | Promise<Token | NoToken>,
    control: CallControl,
  ): Promise<CredentialOutcome | undefined> {
    const got =
      next instanceof Promise ? await waitForToken(request, next, control) : outcomeOf(request, next);
    const hasFailed = got.kind === 'no_credential' && got.code !== 'canceled';
    return hasFailed && !refusesToken ? undefined : got;
  }
}

function failed(code: NoCredential['code'], cause: string, retryAfterMs?: number): NoCredential {
  return { kind: 'no_credential', code, cause, retryAfterMs };
}
