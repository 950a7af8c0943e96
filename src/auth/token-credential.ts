import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import type { Variables } from '../secrets/variables.js';
import type { CallControl } from '../upstream/call-control.js';
import type { HttpRequest } from '../upstream/http-message.js';
import type { WaitingMemory } from '../upstream/waiting-memory.js';
import type { Credential } from './credential.js';
import { isPlaceable, placeCredential } from './placement.js';
import { judgeRefusal } from './refusal.js';
import type { CredentialOutcome, NoCredential, RequestCredential } from './request-credential.js';
import { isToken, type NoToken, type Token, type TokenCache } from './token-cache.js';
import { waitWithin } from './wait-within.js';

export interface TokenCredentialParts {
  readonly settings: ServiceSettings;
  readonly credential: Credential;
  readonly variables: Variables;
  readonly cache: TokenCache;
  readonly clock: Clock;
  readonly waiting: WaitingMemory;
  readonly close: () => Promise<void>;
}

/** Puts the token of a cache on requests, and replaces it where the upstream refuses it. */
export function createTokenCredential(parts: TokenCredentialParts): RequestCredential {
  const { settings, variables, cache, clock } = parts;
  const { placement } = parts.credential;
  const refreshOn = settings['auth.refresh_on'];
  const maxWaiting = settings['pool.max_waiting'];
  let waiting = 0;
  let composedFor: Token | undefined;
  let composed = '';
  variables.onChange(() => {
    composedFor = undefined;
    cache.credentialsChanged();
  });

  /** The text for a token, put together once for each token and not for each call; undefined where it has no place. */
  function textOf(token: Token): string | undefined {
    if (token === composedFor) return composed;
    const text = placement.format(token.value, variables.current() ?? new Map());
    // Judged here too: another variable of the format may have changed since the token came.
    if (text === undefined || !isPlaceable(text, placement)) return undefined;
    [composed, composedFor] = [text, token];
    return text;
  }

  function place(request: HttpRequest, token: Token): CredentialOutcome {
    const text = textOf(token);
    if (text === undefined) return unauthorised('auth', 'the credential cannot stand where auth.apply says');
    return {
      kind: 'authorised',
      request: placeCredential(request, placement, text),
      token,
      notAfter: token.expiresAt,
    };
  }

  function settle(request: HttpRequest, got: Token | NoToken): CredentialOutcome {
    return isToken(got) ? place(request, got) : unauthorised('auth', got.cause, got.retryInMs);
  }

  async function settleWithin(
    request: HttpRequest,
    coming: Promise<Token | NoToken>,
    control: CallControl,
  ): Promise<CredentialOutcome> {
    if (waiting >= maxWaiting) {
      return unauthorised('overload', 'too many calls wait for a token (pool.max_waiting)');
    }
    const held = parts.waiting.enter(request, control);
    if (held === undefined) {
      return unauthorised('overload', 'the calls that wait hold too many bytes (pool.max_waiting_bytes)');
    }
    waiting += 1;
    try {
      const got = await waitWithin(coming, control, clock);
      if (got === 'canceled') return unauthorised('canceled', 'cancelled while it waited for a token');
      if (got === 'timeout')
        return unauthorised('timeout', 'the deadline passed while the call waited for a token');
      return settle(request, got);
    } finally {
      waiting -= 1;
      parts.waiting.leave(held);
    }
  }

  return {
    apply(request, control) {
      const got = cache.obtain();
      return got instanceof Promise ? settleWithin(request, got, control) : settle(request, got);
    },

    refresh(request, { token }, answer, control) {
      const refusal = judgeRefusal(answer, refreshOn);
      if (refusal === 'none' || token === undefined) return undefined;
      const next = cache.replace(token, refusal === 'token');
      if (next === undefined) return undefined;
      return replaced(refusal === 'token', request, next, control);
    },

    close: parts.close,
  };

  /** Where the token may not be to blame, the upstream's own answer is better than an error of ours. */
  async function replaced(
    isToBlame: boolean,
    request: HttpRequest,
    next: Token | NoToken | Promise<Token | NoToken>,
    control: CallControl,
  ): Promise<CredentialOutcome | undefined> {
    const got = next instanceof Promise ? await settleWithin(request, next, control) : settle(request, next);
    const failed = got.kind === 'unauthorised' && got.code !== 'canceled';
    return failed && !isToBlame ? undefined : got;
  }
}

function unauthorised(code: NoCredential['code'], cause: string, retryInMs?: number): NoCredential {
  return { kind: 'unauthorised', code, cause, retryInMs };
}
