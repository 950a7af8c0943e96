import { type Clock, withTimeout } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import type { Logger } from '../log.js';
import type { CallTrace, RequestTrace } from '../observe/tracing.js';
import type { Variables } from '../secrets/variables.js';
import { createCallControl } from '../upstream/call-control.js';
import { endRequestTrace } from '../upstream/request-trace.js';
import { MAX_TOKEN_REQUEST_MS } from '../upstream/service-upstream.js';
import type { Upstream } from '../upstream/upstream.js';
import type { PreparedTokenRequest, PrepareTokenRequest } from './signed-token-request.js';
import type { FetchResult, TokenSource } from './token-cache.js';
import { readLifetime } from './token-lifetime.js';
import type { TokenRequestProblem } from './token-request.js';
import { readTokenResponse, type TokenResponse, type TokenResponseRule } from './token-response.js';

/** The connections to a token endpoint. */
export type TokenUpstream = Pick<Upstream, 'send' | 'close'>;

export interface TokenSourceParts {
  readonly settings: ServiceSettings;
  readonly variables: Variables;
  readonly prepare: PrepareTokenRequest;
  readonly rule: TokenResponseRule;
  /** Creates the upstream for the endpoint at an origin. The origin may depend on variables. */
  readonly connect: (origin: string) => TokenUpstream;
  readonly clock: Clock;
  readonly log: Logger;
  /** For the log. */
  readonly service: string;
  /**
   * Begins the trace of a token request. Default: there is none.
   *
   * @param trace of the call that needs the token; undefined if no call waits for it
   */
  readonly beginTrace?: (trace: CallTrace | undefined) => RequestTrace | undefined;
}

/** One request and its response. */
interface SentRequest {
  readonly kind: 'sent';
  readonly key: string;
  /** Monotonic milliseconds. The token cannot be older than this. */
  readonly sentAt: number;
  readonly response: TokenResponse;
}

/**
 * How long a call waits for the secret to be read again. A slower read continues, and later
 * requests use its value.
 */
const REREAD_TIMEOUT_MS = 5_000;

/**
 * The shortest time between two reads of the secret if each caller has its own token. Then the
 * endpoint may refuse a single caller, and not the gateway.
 */
const REREAD_PAUSE_MS = 10_000;

const NO_VALUES: ReadonlyMap<string, string> = new Map();

/** The token endpoint as a source of tokens. */
export interface TokenEndpoint {
  /**
   * Creates a source.
   *
   * @param values the variables of a caller. Default: all callers share one token
   */
  sourceOf(values?: ReadonlyMap<string, string>): TokenSource;
  close(): Promise<void>;
}

/**
 * Creates the source of tokens for a service. It builds the request, sends it and reads the
 * response. If the secret has changed, it tries once more.
 */
export function createTokenEndpoint(parts: TokenSourceParts): TokenEndpoint {
  const { settings, variables, clock, log, service } = parts;
  let hasWarned = false;
  let rereadAt = Number.NEGATIVE_INFINITY;
  let connected: { readonly origin: string; readonly upstream: TokenUpstream } | undefined;

  function buildRequest(values: ReadonlyMap<string, string>): PreparedTokenRequest | TokenRequestProblem {
    const vars = variables.current();
    if (vars === undefined) return { kind: 'problem', problem: 'the secret has not been read yet' };
    return parts.prepare(values.size === 0 ? vars : new Map([...vars, ...values]));
  }

  async function upstreamFor(origin: string): Promise<TokenUpstream> {
    if (connected?.origin === origin) return connected.upstream;
    const old = connected?.upstream;
    connected = { origin, upstream: parts.connect(origin) };
    await old?.close();
    return connected.upstream;
  }

  async function send(
    { key, complete }: PreparedTokenRequest,
    trace: CallTrace | undefined,
  ): Promise<SentRequest | TokenRequestProblem> {
    const http = await complete();
    if ('kind' in http) return http;
    const upstream = await upstreamFor(http.origin);
    const sentAt = clock.monotonic();
    const control = createCallControl(sentAt + Math.min(settings.timeout, MAX_TOKEN_REQUEST_MS));
    const sending = {
      request: http,
      replayable: false,
      notAfter: Number.POSITIVE_INFINITY,
      attempted: 0,
      now: sentAt,
    };
    const traced = parts.beginTrace?.(trace);
    const outcome = await upstream.send(sending, control);
    if (traced !== undefined) endRequestTrace(traced, outcome);
    return { kind: 'sent', key, sentAt, response: readTokenResponse(outcome, parts.rule, clock.wall()) };
  }

  function toResult(sent: SentRequest | TokenRequestProblem): FetchResult {
    if (sent.kind === 'problem') return notSent(sent.problem);
    const { response, key, sentAt } = sent;
    if (response.kind === 'none') return { ...response, key };
    const { token: value, expiresIn, answeredAt } = response;
    const defaultTtl = settings['auth.cache.default_ttl'];
    const { lifetimeMs, isUnderstood } = readLifetime(expiresIn, defaultTtl, answeredAt);
    if (!isUnderstood && !hasWarned) {
      hasWarned = true;
      log.warn(
        { service, lifetime_ms: lifetimeMs },
        'the gateway cannot read a lifetime at expires_in_path; it uses default_ttl',
      );
    }
    return { kind: 'token', key, value, expiresAt: sentAt + lifetimeMs, lifetimeMs };
  }

  /**
   * Reads the secret again. Waits only a short time, because calls are waiting and the provider may
   * hang.
   */
  function rereadSoon(): Promise<void> {
    return withTimeout(clock, REREAD_TIMEOUT_MS, variables.reread(), () => {});
  }

  /** Whether the refusal of a request may be due to the secret, which can be read again. */
  function mayBeOutdated(values: ReadonlyMap<string, string>): boolean {
    const now = clock.monotonic();
    if (values.size > 0 && now < rereadAt + REREAD_PAUSE_MS) return false;
    rereadAt = now;
    return true;
  }

  return {
    sourceOf: (values = NO_VALUES) => ({
      key() {
        const request = buildRequest(values);
        return request.kind === 'request' ? request.key : undefined;
      },

      async fetch(trace) {
        const request = buildRequest(values);
        if (request.kind === 'problem') return notSent(request.problem);
        const first = await send(request, trace);
        if (first.kind === 'problem') return notSent(first.problem);
        if (first.response.kind === 'token' || !first.response.credentialsRefused) return toResult(first);
        if (!mayBeOutdated(values)) return toResult(first);
        // Reads the secret again and tries the new value immediately, because the secret may have been
        // rotated.
        await rereadSoon();
        const again = buildRequest(values);
        if (again.kind === 'problem') return notSent(again.problem);
        return toResult(again.key === request.key ? first : await send(again, trace));
      },
    }),

    async close() {
      await connected?.upstream.close();
    },
  };
}

function notSent(problem: string): FetchResult {
  return { kind: 'none', key: undefined, cause: problem, retryAfterMs: undefined };
}
