import type { GatewayOptions } from '../../src/create-gateway.js';
import { billingConf } from './billing-conf.js';
import { type Caller, connectCaller } from './caller.js';
import { type RunningGateway, startGateway } from './gateway.js';
import { keepLog, type LogLines } from './log-lines.js';
import { type RawRequest, type RawUpstream, startRawUpstream } from './raw-upstream.js';

/** A gateway fixture whose API answers with bytes. */
export interface RawFixture {
  readonly upstream: RawUpstream;
  readonly gateway: RunningGateway;
  readonly caller: Caller;
  readonly log: LogLines;
  close(): Promise<void>;
}

/** @param lines added to the guide's billing service; `+` stands for the service's prefix */
export async function openRawFixture(
  answer: (request: RawRequest) => string | undefined,
  lines: readonly string[] = [],
  options: GatewayOptions = {},
): Promise<RawFixture> {
  const upstream = await startRawUpstream(answer);
  const log = keepLog('debug');
  const gateway = await startGateway(billingConf(upstream.url, ...lines), { log: log.log, ...options });
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

/** A response with this JSON. */
export function jsonResponse(json: string, head = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n${head}\r\n${json}`;
}
