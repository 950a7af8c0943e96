import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import type { Variables } from '../secrets/variables.js';
import { createCallControl } from '../upstream/call-control.js';
import type { Upstream } from '../upstream/upstream.js';
import { readTokenAnswer, type TokenAnswer, type TokenAnswerRule } from './token-answer.js';
import type { FetchResult, TokenSource } from './token-cache.js';
import { lifetimeMs } from './token-lifetime.js';
import type { TokenRequest, TokenRequestBuilder } from './token-request.js';

export interface TokenSourceParts {
  readonly settings: ServiceSettings;
  readonly variables: Variables;
  readonly build: TokenRequestBuilder;
  readonly rule: TokenAnswerRule;
  /** The way to a token endpoint, by its origin: it may have variables. */
  readonly connect: (origin: string) => Upstream;
  readonly clock: Clock;
}

/** The token endpoint as a source of tokens. */
export interface TokenEndpoint extends TokenSource {
  close(): Promise<void>;
}

/** Asks a service's token endpoint. Sending and judging are elsewhere; here they are put in order. */
export function createTokenEndpoint(parts: TokenSourceParts): TokenEndpoint {
  const { settings, variables, clock } = parts;
  let connected: { readonly origin: string; readonly upstream: Upstream } | undefined;

  function render(): TokenRequest | { readonly kind: 'problem'; readonly problem: string } {
    const vars = variables.current();
    if (vars === undefined) return { kind: 'problem', problem: 'the secret has not been read yet' };
    return parts.build(vars);
  }

  async function upstreamFor(origin: string): Promise<Upstream> {
    if (connected?.origin !== origin) {
      await connected?.upstream.close();
      connected = { origin, upstream: parts.connect(origin) };
    }
    return connected.upstream;
  }

  async function ask({ http }: TokenRequest): Promise<TokenAnswer> {
    const upstream = await upstreamFor(http.origin);
    const control = createCallControl(clock.monotonic() + settings.timeout);
    return readTokenAnswer(await upstream.send(http, false, control), parts.rule, clock.wall());
  }

  function toResult(answer: TokenAnswer, key: string): FetchResult {
    if (answer.kind === 'none') return { ...answer, key };
    const lifetime = lifetimeMs(answer.expiresIn, settings['auth.cache.default_ttl']);
    return { kind: 'token', key, value: answer.token, lifetimeMs: lifetime };
  }

  return {
    key() {
      const request = render();
      return request.kind === 'request' ? request.key : undefined;
    },

    async fetch() {
      const request = render();
      if (request.kind === 'problem') return cannotAsk(request.problem);
      const answer = await ask(request);
      if (answer.kind === 'token' || !answer.credentialsRefused) return toResult(answer, request.key);
      // The secret may have been rotated: it is read once more, and what it says now tried at once.
      await variables.reread();
      const again = render();
      if (again.kind === 'problem') return cannotAsk(again.problem);
      return toResult(again.key === request.key ? answer : await ask(again), again.key);
    },

    async close() {
      await connected?.upstream.close();
    },
  };
}

function cannotAsk(problem: string): FetchResult {
  return { kind: 'none', key: undefined, cause: problem, retryAfterMs: undefined };
}
