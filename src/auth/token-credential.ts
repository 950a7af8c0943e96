import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import type { Variables } from '../secrets/variables.js';
import type { Turns } from '../turns.js';
import type { CallControl } from '../upstream/call-control.js';
import type { HttpRequest } from '../upstream/http-message.js';
import type { WaitingMemory } from '../upstream/waiting-memory.js';
import type { Credential } from './credential.js';
import { createCredentialWait } from './credential-wait.js';
import { isPlaceable, placeCredential } from './placement.js';
import { judgeRefusal } from './refusal.js';
import type { CredentialOutcome, NoCredential, RequestCredential } from './request-credential.js';
import type { NoToken, Token } from './token-cache.js';
import type { TokenStore } from './token-store.js';

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
  const { settings, variables, tokens } = parts;
  const { placement } = parts.credential;
  const refreshOn = settings['auth.refresh_on'];
  const waitFor = createCredentialWait<Token | NoToken>('a token', parts);
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
    const got = await waitFor(pending, request, control);
    return got.kind === 'no_credential' ? got : outcomeOf(request, got);
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
