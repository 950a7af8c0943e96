import type { GatewayOptions } from '../../src/assembly/create-gateway.js';
import { billingConf } from './billing-conf.js';
import { type Caller, connectCaller } from './caller.js';
import { type RunningGateway, startGateway } from './gateway.js';
import { keepLog, type LogLines } from './log-lines.js';
import { type RawRequest, type RawUpstream, startRawUpstream } from './raw-upstream.js';
import {
  type RecordingUpstream,
  type RecordingUpstreamOptions,
  type ResponseHandler,
  startRecordingUpstream,
} from './recording-upstream.js';

/** An API, a gateway in front of it, and a caller: everything that most end-to-end tests need. */
export interface GatewayFixture<Upstream = RecordingUpstream> {
  readonly upstream: Upstream;
  readonly gateway: RunningGateway;
  readonly caller: Caller;
  readonly log: LogLines;
  close(): Promise<void>;
}

export interface GatewayFixtureOptions {
  /** Lines added to the guide's billing service; `+` stands for the service's prefix. */
  readonly lines?: readonly string[];
  /** The whole configuration, instead of the billing service. */
  readonly conf?: (upstreamUrl: string) => string;
  readonly respond?: ResponseHandler;
  readonly upstream?: RecordingUpstreamOptions;
  readonly gateway?: GatewayOptions;
}

/**
 * Starts an API that responds as {@link startRecordingUpstream} does, a gateway in front of it, and
 * a caller.
 */
export async function openGatewayFixture(options: GatewayFixtureOptions = {}): Promise<GatewayFixture> {
  const upstream = await startRecordingUpstream(options.respond, options.upstream);
  const conf = options.conf?.(upstream.url) ?? billingConf(upstream.url, ...(options.lines ?? []));
  return putInFront(upstream, conf, options.gateway);
}

/** A gateway fixture whose API responds with bytes. */
export type RawFixture = GatewayFixture<RawUpstream>;

/** @param lines added to the guide's billing service; `+` stands for the service's prefix */
export async function openRawFixture(
  respond: (request: RawRequest) => string | undefined,
  lines: readonly string[] = [],
  options: GatewayOptions = {},
): Promise<RawFixture> {
  const upstream = await startRawUpstream(respond);
  return putInFront(upstream, billingConf(upstream.url, ...lines), options);
}

async function putInFront<Upstream extends { close(): Promise<void> }>(
  upstream: Upstream,
  conf: string,
  options: GatewayOptions = {},
): Promise<GatewayFixture<Upstream>> {
  const log = keepLog('debug');
  const gateway = await startGateway(conf, { log: log.log, ...options });
  const caller = await connectCaller(gateway.url);
  return {
    upstream,
    gateway,
    caller,
    log,
    async close() {
      await caller.close();
      await gateway.stop(0);
      await upstream.close();
    },
  };
}
