import { describeCredential } from '../../src/auth/credential.js';
import { noCredential, type RequestCredential } from '../../src/auth/request-credential.js';
import { parseConfig } from '../../src/config/load-config.js';
import { assemblePipeline } from '../../src/gateway/pipeline/assemble.js';
import { createServiceCache } from '../../src/gateway/pipeline/cache/service-cache.js';
import type { Kwargs } from '../../src/gateway/pipeline/call.js';
import { createCallLog } from '../../src/gateway/pipeline/call-log.js';
import type { PackJson } from '../../src/gateway/pipeline/reply/decode-large.js';
import type { Reply } from '../../src/gateway/pipeline/reply/reply.js';
import { createRunningCalls } from '../../src/gateway/pipeline/running-calls.js';
import { silentLogger } from '../../src/log.js';
import { type CacheResult, silentObserver } from '../../src/observe/observer.js';
import { createTurns } from '../../src/turns.js';
import { type CallControl, cancelCall, createCallControl } from '../../src/upstream/call-control.js';
import { createCircuitBreaker } from '../../src/upstream/circuit-breaker.js';
import { createGzipBody } from '../../src/upstream/gzip-body.js';
import type { HttpRequest } from '../../src/upstream/http-message.js';
import { SharedBytes } from '../../src/upstream/shared-bytes.js';
import type { UpstreamOutcome } from '../../src/upstream/upstream.js';
import { createWaitingMemory } from '../../src/upstream/waiting-memory.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';

/** A response as a test writes it. Default: 200, JSON with the number of the request. */
export interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export type Failure = Extract<UpstreamOutcome, { kind: 'failure' }>;

/** @param number 1 for the first request */
export type Script = (
  request: HttpRequest,
  number: number,
) => Scripted | Failure | Promise<Scripted | Failure>;

export const LOST: Failure = {
  kind: 'failure',
  code: 'connect',
  sent: false,
  permanent: false,
  detail: 'connection lost',
  attempts: 1,
};

export interface CacheFixture {
  readonly clock: FakeClock;
  /** The requests that reached the API. */
  readonly requests: HttpRequest[];
  /** What the cache reported. */
  readonly results: CacheResult[];
  call(procedure: string, kwargs?: Kwargs, more?: MoreOfCall): Promise<Reply>;
  /** The body of a result, or the code or status of an error. */
  body(procedure: string, kwargs?: Kwargs, more?: MoreOfCall): Promise<unknown>;
  control(timeoutMs?: number): CallControl;
  readonly size: { readonly entries: number; readonly bytes: number };
  readonly breaker: ReturnType<typeof createCircuitBreaker>;
  readonly health: { isDown: boolean };
}

export interface MoreOfCall {
  readonly control?: CallControl;
  readonly pack?: PackJson | undefined;
}

export interface CacheFixtureOptions {
  /** `+` stands for the prefix of the service. */
  readonly lines?: readonly string[];
  readonly credential?: Pick<RequestCredential, 'apply'>;
  /** Default: off */
  readonly hasBreaker?: boolean;
}

const PREFIX = 'rpc_gateway.services.billing.';
/** `get` and `list` have a cache; `write` and `remove` change what they read. */
const LINES = [
  '+base_url = https://billing.example.com/api',
  '+deadline = 20s',
  ...['get', 'plain', 'write', 'remove'].flatMap((name) => [
    `+procedures.${name}.uri = com.billing.${name}`,
    `+procedures.${name}.realm = com.example.myrealm`,
    `+procedures.${name}.path = /invoices/{{id}}`,
  ]),
  '+procedures.get.cache = on',
  '+procedures.get.response.headers = age, cache-status, etag, x-version',
  '+procedures.write.method = put',
  '+procedures.remove.method = delete',
];

/** The pipelines of a service with a cache. The API is a script, and the test moves the clock. */
export function openCacheFixture(script: Script, options: CacheFixtureOptions = {}): CacheFixture {
  const text = [...LINES, ...(options.lines ?? [])].map((line) => line.replace(/^\+/, PREFIX)).join('\n');
  const config = parseConfig(text, { env: {} });
  const [service] = config.services;
  if (service === undefined) throw new Error('the fixture has a service');
  const clock = createFakeClock();
  const requests: HttpRequest[] = [];
  const results: CacheResult[] = [];
  const turns = createTurns(clock);
  const waiting = createWaitingMemory(64 * 1024 * 1024, new SharedBytes(64 * 1024 * 1024));
  const uuid = () => 'salt';
  const cache = createServiceCache(service, { clock, uuid, waiting });
  const breaker = createCircuitBreaker(
    { windowMs: 10_000, minimumCalls: 1, failureRatio: 50, openMs: 10_000 },
    { clock, onChange() {} },
  );
  const health = { isDown: false, isDisabled: false, isAnswered: false, retryAfterMs: () => 0 };
  const upstream = {
    async send(
      { request }: { readonly request: HttpRequest },
      control: CallControl,
    ): Promise<UpstreamOutcome> {
      requests.push(request);
      const number = requests.length;
      const answer = script(request, number);
      const given = await (answer instanceof Promise ? untilCanceled(answer, control) : answer);
      if (given === undefined) return { kind: 'canceled', attempts: 1 };
      if ('kind' in given) return given;
      const { status = 200, headers = {}, body = JSON.stringify({ number }) } = given;
      const all = { 'content-type': 'application/json', ...headers };
      return {
        kind: 'response',
        attempts: 1,
        response: {
          status,
          headers: Object.entries(all).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
          body: Buffer.from(body),
        },
      };
    },
    pool: { busy: 0, idle: 0, waiting: 0 },
    retire() {},
    async close() {},
  };
  const pipelines = new Map(
    service.procedures.map((procedure) => {
      const { uri, realm } = procedure.settings;
      const pipeline = assemblePipeline(service, procedure, {
        ...{ clock, turns, uuid, upstream, health, cache, gzip: createGzipBody() },
        breaker: options.hasBreaker === true ? breaker : undefined,
        userAgent: 'test',
        credential: describeCredential(service.settings),
        requestCredential: { ...noCredential, ...options.credential },
        variables: { current: () => new Map(), retryAfterMs: () => undefined },
        base: { origin: 'https://billing.example.com', path: '/api', query: '' },
        problem: undefined,
        successor: () => undefined,
        observed: { service: service.name, procedure: uri, realm },
        errorId: () => 'id',
        callLog: createCallLog('off', silentLogger, clock),
        running: createRunningCalls(),
        observer: { ...silentObserver, cacheUsed: (_service, result) => void results.push(result) },
      });
      return [procedure.name, pipeline] as const;
    }),
  );

  const control = (timeoutMs = service.settings.deadline): CallControl =>
    createCallControl(clock.monotonic() + timeoutMs, undefined, undefined);

  async function call(name: string, kwargs: Kwargs = {}, more: MoreOfCall = {}): Promise<Reply> {
    const pipeline = pipelines.get(name);
    if (pipeline === undefined) throw new Error(`no procedure ${name}`);
    return pipeline({
      args: [],
      kwargs,
      caller: { realm: 'com.example.myrealm', session: 1, authid: 'peter', authrole: 'user' },
      control: more.control ?? control(),
      startedAt: clock.monotonic(),
      pack: more.pack,
      draining: false,
      callerTrace: undefined,
    });
  }

  return {
    ...{ clock, requests, results, call, control, breaker, health },
    async body(name, kwargs, more) {
      const reply = await call(name, kwargs, more);
      if (reply.kind === 'failure') return reply.code;
      if (reply.kind === 'error') return reply.status;
      return reply.body.kind === 'json' ? JSON.parse(Buffer.from(reply.body.json).toString()) : reply.body;
    },
    get size() {
      return cache?.size ?? { entries: 0, bytes: 0 };
    },
  };
}

function untilCanceled<T>(answer: Promise<T>, control: CallControl): Promise<T | undefined> {
  if (control.canceledBy !== undefined) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    control.waitsFor = { cancel: () => resolve(undefined) };
    answer.then(resolve, reject);
  });
}

export { cancelCall };
