import { dialRouter } from '../../src/transport/dial-router.js';
import { MESSAGE } from '../../src/wamp/messages.js';
import { startGateway } from './gateway.js';
import { keepLog, type LogLines } from './log-lines.js';
import { hello, type RawClient, rawOver } from './raw-client.js';
import {
  type RecordingUpstream,
  type ResponseHandler,
  startRecordingUpstream,
} from './recording-upstream.js';
import type { TransportCase } from './transport-matrix.js';

/** A gateway that answers WebSocket and RawSocket on one port. */
export interface AttackedGateway {
  readonly log: LogLines;
  /** The URLs of WebSocket and of RawSocket. */
  readonly urls: readonly [string, string];
  /** Joins the realm `realm1`. */
  join(over: TransportCase): Promise<RawClient>;
  close(): Promise<void>;
}

/** @param lines of its configuration; a line that begins with + is a key of the service `api` */
export async function startAttacked(lines: readonly string[]): Promise<AttackedGateway> {
  const conf = [
    'listeners.test.protocol = universal',
    ...lines.map((line) => line.replace(/^\+/, 'rpc_gateway.services.api.')),
  ];
  const log = keepLog('debug');
  const gateway = await startGateway(conf.join('\n'), { log: log.log });
  const urls = [...gateway.endpoints] as [string, string];
  const clients: RawClient[] = [];
  return {
    log,
    urls,
    async join({ transport, serializer }) {
      const client = rawOver(await dialRouter(urls[transport.urlAt ?? 0] ?? '', { serializer }));
      clients.push(client);
      await hello(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await gateway.stop(0);
    },
  };
}

export interface AttackedApi extends AttackedGateway {
  readonly upstream: RecordingUpstream;
}

/**
 * Starts an API, and a gateway whose service `api` sends to it.
 *
 * @param base path that is added to the API's URL
 */
export async function startAttackedApi(
  answer: ResponseHandler | undefined,
  lines: readonly string[],
  base = '',
): Promise<AttackedApi> {
  const upstream = await startRecordingUpstream(answer);
  const gateway = await startAttacked([`+base_url = ${upstream.url}${base}`, ...lines]);
  return {
    ...gateway,
    upstream,
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}

/** Lines of a procedure `com.api.NAME` of the service `api`. */
export function procedureLines(name: string, keys: Readonly<Record<string, string>>): readonly string[] {
  const all = { uri: `com.api.${name}`, realm: 'realm1', ...keys };
  return Object.entries(all).map(([key, value]) => `+procedures.${name}.${key} = ${value}`);
}

/**
 * Calls a procedure of the service `api` and gives the answer in its list form: RESULT or ERROR.
 */
export async function callApi(client: RawClient, name: string, kwargs: object): Promise<readonly unknown[]> {
  client.send([MESSAGE.CALL, nextRequest(client), {}, `com.api.${name}`, [], kwargs]);
  return client.next();
}

/** Calls the procedure `get` until the promise is settled. @returns how often it was answered */
export async function callUntil(client: RawClient, done: Promise<unknown>): Promise<number> {
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  done.then(end, end);
  for (let count = 0; ; count++) {
    const answer = await callApi(client, 'get', {});
    if (isDone) return count;
    if (answer[0] !== MESSAGE.RESULT) throw new Error(`not a result: ${JSON.stringify(answer)}`);
  }
}

const requests = new WeakMap<RawClient, number>();

/** Request IDs of a session count up from 1. */
export function nextRequest(client: RawClient): number {
  const next = (requests.get(client) ?? 0) + 1;
  requests.set(client, next);
  return next;
}
