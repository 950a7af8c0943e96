import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import type { Logger } from '../log.js';
import type { Variables } from '../secrets/variables.js';
import { createCallControl } from '../upstream/call-control.js';
import { MAX_TOKEN_REQUEST_MS } from '../upstream/service-upstream.js';
import type { Upstream } from '../upstream/upstream.js';
import type { FetchResult, TokenSource } from './token-cache.js';
import { readLifetime } from './token-lifetime.js';
import type { TokenRequest, TokenRequestBuilder } from './token-request.js';
import { readTokenResponse, type TokenResponse, type TokenResponseRule } from './token-response.js';

export interface TokenSourceParts {
  readonly settings: ServiceSettings;
  readonly variables: Variables;
  readonly build: TokenRequestBuilder;
  readonly rule: TokenResponseRule;
  /** The way to a token endpoint, by its origin: it may have variables. */
  readonly connect: (origin: string) => Upstream;
  readonly clock: Clock;
  readonly log: Logger;
  /** For the log. */
  readonly service: string;
}

/** One request and what was made of its answer. */
interface Asked {
  readonly key: string;
  /** Monotonic milliseconds: the token cannot be older. */
  readonly askedAt: number;
  readonly answer: TokenResponse;
}

/** A secret that takes longer to be read again takes effect by itself when it is there. */
const REREAD_PATIENCE_MS = 5_000;

/** The token endpoint as a source of tokens. */
export interface TokenEndpoint extends TokenSource {
  close(): Promise<void>;
}

/** Asks a service's token endpoint. Sending and judging are elsewhere; here they are put in order. */
export function createTokenEndpoint(parts: TokenSourceParts): TokenEndpoint {
  const { settings, variables, clock, log, service } = parts;
  let hasWarned = false;
  let connected: { readonly origin: string; readonly upstream: Upstream } | undefined;

  function render(): TokenRequest | { readonly kind: 'problem'; readonly problem: string } {
    const vars = variables.current();
    if (vars === undefined) return { kind: 'problem', problem: 'the secret has not been read yet' };
    return parts.build(vars);
  }

  async function upstreamFor(origin: string): Promise<Upstream> {
    if (connected?.origin === origin) return connected.upstream;
    const old = connected?.upstream;
    connected = { origin, upstream: parts.connect(origin) };
    await old?.close();
    return connected.upstream;
  }

  async function ask({ http, key }: TokenRequest): Promise<Asked> {
    const upstream = await upstreamFor(http.origin);
    const askedAt = clock.monotonic();
    const control = createCallControl(askedAt + Math.min(settings.timeout, MAX_TOKEN_REQUEST_MS));
    const answer = readTokenResponse(await upstream.send(http, false, control), parts.rule, clock.wall());
    return { key, askedAt, answer };
  }

  function toResult({ answer, key, askedAt }: Asked): FetchResult {
    if (answer.kind === 'none') return { ...answer, key };
    const { token: value, expiresIn, answeredAt } = answer;
    const defaultTtl = settings['auth.cache.default_ttl'];
    const { lifetimeMs, isUnderstood } = readLifetime(expiresIn, defaultTtl, answeredAt);
    if (!isUnderstood && !hasWarned) {
      hasWarned = true;
      log.warn({ service, lifetime_ms: lifetimeMs }, 'what stands at expires_in_path is no lifetime');
    }
    return { kind: 'token', key, value, expiresAt: askedAt + lifetimeMs, lifetimeMs };
  }

  /** The calls that wait for a token wait for this too, and the provider may hang. */
  function rereadSoon(): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = clock.after(REREAD_PATIENCE_MS, resolve);
      void variables.reread().then(() => {
        stopTimer();
        resolve();
      });
    });
  }

  return {
    key() {
      const request = render();
      return request.kind === 'request' ? request.key : undefined;
    },

    async fetch() {
      const request = render();
      if (request.kind === 'problem') return cannotAsk(request.problem);
      const asked = await ask(request);
      if (asked.answer.kind === 'token' || !asked.answer.credentialsRefused) return toResult(asked);
      // The secret may have been rotated: it is read once more, and what it says now tried at once.
      await rereadSoon();
      const again = render();
      if (again.kind === 'problem') return cannotAsk(again.problem);
      return toResult(again.key === request.key ? asked : await ask(again));
    },

    async close() {
      await connected?.upstream.close();
    },
  };
}

function cannotAsk(problem: string): FetchResult {
  return { kind: 'none', key: undefined, cause: problem, retryAfterMs: undefined };
}
