import { once } from 'node:events';
import { decode as fromCbor, encode as toCbor } from 'cbor-x';
import { pack, unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { billingConf } from '../../support/billing-conf.js';
import { REALM } from '../../support/caller.js';
import { type RunningGateway, startGateway } from '../../support/gateway.js';
import { keepLog, type LogLines } from '../../support/log-lines.js';
import { connectRawSocket } from '../../support/raw-socket-client.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const AUTOBAHN_PYTHON = 'AutobahnPython/23.6.2';
const RESULT = { status: 200, body: { ok: true } };
const ROLES = { caller: {}, callee: {} };

/** Encodes a message with each serializer, without the project's own code. */
const FORMATS = {
  json: {
    write: (message: unknown) => JSON.stringify(message),
    read: (data: Buffer) => JSON.parse(`${data}`),
  },
  msgpack: { write: (message: unknown) => pack(message), read: (data: Buffer) => unpack(data) },
  cbor: { write: (message: unknown) => toCbor(message), read: (data: Buffer) => fromCbor(data) },
};
type Format = keyof typeof FORMATS;

describe('result = auto', () => {
  let upstream: RecordingUpstream;
  let gateway: RunningGateway;
  let log: LogLines;
  let close: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    log = keepLog();
    const more = [
      '+procedures.delete_invoice.result = kwargs',
      '+procedures.update_invoice.result = args',
      'listeners.raw.protocol = rawsocket',
      'listeners.raw.port = 0',
    ];
    gateway = await startGateway(billingConf(upstream.url, ...more), { log: log.log });
  });
  afterAll(async () => {
    for (const end of close) await end();
    close = [];
    await gateway.stop(0);
    await upstream.close();
  });

  const urlOf = (scheme: string) => gateway.endpoints.find((url) => url.startsWith(scheme)) as string;

  /** A client with this User-Agent in its WebSocket handshake. */
  async function join(agent: string | undefined, format: Format = 'json') {
    const { write, read } = FORMATS[format];
    const headers = agent === undefined ? {} : { 'User-Agent': agent };
    const ws = new WebSocket(urlOf('ws'), [`wamp.2.${format}`], { perMessageDeflate: false, headers });
    close.push(() => ws.terminate());
    await once(ws, 'open');
    const exchange = async (message: unknown[]) => {
      ws.send(write(message));
      const [data] = await once(ws, 'message');
      return read(data as Buffer) as unknown[];
    };
    const welcome = await exchange([MESSAGE.HELLO, REALM, { roles: ROLES }]);
    expect(welcome[0]).toBe(MESSAGE.WELCOME);
    let request = 0;
    return {
      session: welcome[1],
      exchange,
      next: async () => read((await once(ws, 'message'))[0] as Buffer) as unknown[],
      send: (message: unknown[]) => ws.send(write(message)),
      call: (procedure: string, kwargs: object, options = {}) => {
        request += 1;
        return exchange([MESSAGE.CALL, request, options, procedure, [], kwargs]);
      },
    };
  }

  it.each(['json', 'msgpack', 'cbor'] as const)(
    'sends one dictionary to autobahn|python in %s',
    async (format) => {
      const client = await join(AUTOBAHN_PYTHON, format);
      expect(await client.call(GET, { id: 1 })).toEqual([MESSAGE.RESULT, 1, {}, [RESULT]]);
    },
  );

  it.each([
    ['a client without a User-Agent', undefined],
    ['another client', 'Mozilla/5.0'],
    ['a client with the name in another place', 'curl AutobahnPython/23.6.2'],
    ['a client with the name but no version', 'AutobahnPython'],
  ])('sends keyword arguments to %s', async (_, agent) => {
    const client = await join(agent);
    expect(await client.call(GET, { id: 1 })).toEqual([MESSAGE.RESULT, 1, {}, [], RESULT]);
  });

  it('sends keyword arguments over RawSocket, which does not identify the library', async () => {
    const client = await connectRawSocket(urlOf('rs'));
    close.push(() => client.close());
    client.send([MESSAGE.HELLO, REALM, { roles: ROLES, agent: AUTOBAHN_PYTHON }]);
    expect((await client.next())?.[0]).toBe(MESSAGE.WELCOME);
    client.send([MESSAGE.CALL, 1, {}, GET, [], { id: 1 }]);
    expect(await client.next()).toEqual([MESSAGE.RESULT, 1, {}, [], RESULT]);
  });

  it('sends errors of the upstream and of the gateway as keyword arguments', async () => {
    const client = await join(AUTOBAHN_PYTHON);
    upstream.respondWith(() => ({ status: 404, json: { error: 'none' } }));
    const refused = await client.call(GET, { id: 1 });
    expect(refused.slice(4)).toEqual(['wamp.error.not_found', [], { status: 404, body: { error: 'none' } }]);
    const mistaken = await client.call(GET, {});
    expect(mistaken.slice(4)).toEqual([
      'wamp.error.invalid_argument',
      [],
      expect.objectContaining({ status: 400, code: 'bad_request' }),
    ]);
    upstream.respondWith(() => ({ json: { ok: true } }));
  });

  it('gives way to a form in the configuration', async () => {
    const python = await join(AUTOBAHN_PYTHON);
    const other = await join('Mozilla/5.0');
    expect(await python.call('com.billing.delete_invoice', { id: 1 })).toEqual([
      MESSAGE.RESULT,
      1,
      {},
      [],
      RESULT,
    ]);
    expect(await other.call('com.billing.update_invoice', { id: 1 })).toEqual([
      MESSAGE.RESULT,
      1,
      {},
      [RESULT],
    ]);
  });

  it('discloses the library to no other callee and through no meta procedure', async () => {
    const callee = await join('Mozilla/5.0');
    const [registered] = await callee.exchange([
      MESSAGE.REGISTER,
      1,
      { disclose_caller: true },
      'com.example.who',
    ]);
    expect(registered).toBe(MESSAGE.REGISTERED);
    const caller = await join(AUTOBAHN_PYTHON);
    const invoked = callee.next();
    const answered = caller.call('com.example.who', {}, { disclose_me: true, _caller_library: 'x' });
    const [, request, , details] = await invoked;
    expect(Object.keys(details as object).toSorted()).toEqual(['caller', 'caller_authid', 'caller_authrole']);
    callee.send([MESSAGE.YIELD, request, {}]);
    await answered;
    const told = await callee.exchange([MESSAGE.CALL, 2, {}, 'wamp.session.get', [caller.session]]);
    expect(told[0]).toBe(MESSAGE.RESULT);
    expect(JSON.stringify(told)).not.toMatch(/python/i);
  });

  it('ignores options of the call', async () => {
    const client = await join(undefined);
    const answer = await client.call(GET, { id: 1 }, { _caller_library: 'autobahn-python' });
    expect(answer).toEqual([MESSAGE.RESULT, 1, {}, [], RESULT]);
  });

  it('neither keeps nor logs a long User-Agent', async () => {
    const client = await join(`AutobahnPython/${'s3cret'.repeat(1500)}`);
    expect(await client.call(GET, { id: 1 })).toEqual([MESSAGE.RESULT, 1, {}, [RESULT]]);
    expect(log.text()).not.toContain('s3cret');
  });
});
