import { afterAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedGateway,
  callApi,
  nextRequest,
  procedureLines,
  startAttackedApi,
} from '../../support/attacked-gateway.js';
import type { RawClient } from '../../support/raw-client.js';
import type { RecordingUpstream } from '../../support/recording-upstream.js';
import { ATTACK_MATRIX, caseNamed, type TransportCase } from '../../support/transport-matrix.js';

interface Started {
  readonly upstream: RecordingUpstream;
  readonly gateway: AttackedGateway;
}
const started = new Map<string, Promise<Started>>();
afterAll(async () => {
  for (const each of started.values()) {
    await (await each).gateway.close();
  }
});

/** One gateway for all tests with the same lines. */
async function start(...lines: string[]): Promise<Started> {
  const key = lines.join();
  const known = started.get(key) ?? open(lines);
  started.set(key, known);
  const { upstream } = await known;
  upstream.clear();
  upstream.respondWith(() => ({ json: { ok: true } }));
  return known;
}

async function open(lines: readonly string[]): Promise<Started> {
  const gateway = await startAttackedApi(undefined, [
    ...procedureLines('get', { path: '/get' }),
    ...procedureLines('one', { path: '/one/{{id}}' }),
    ...procedureLines('post', { path: '/post', method: 'post' }),
    ...procedureLines('sort', { path: '/sort', 'query.sort': '{{sort}}' }),
    ...procedureLines('head', { path: '/head', 'headers.X-Plan': '{{plan}}', 'cookies.sid': '{{sid}}' }),
    ...lines,
  ]);
  return { upstream: gateway.upstream, gateway };
}

const list = (count: number): number[] => Array<number>(count).fill(1);
const dict = (count: number, prefix = 'n'): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 1]));

const VIOLATION = [MESSAGE.ABORT, expect.anything(), 'wamp.error.protocol_violation'];

describe.each(ATTACK_MATRIX)('A message of more values than wamp.max_values: $name', (transport) => {
  const MESSAGES: readonly (readonly [string, (values: unknown) => readonly unknown[]])[] = [
    ['CALL of the gateway', (values) => [MESSAGE.CALL, 1, {}, 'com.api.post', [], { values }]],
    ['CALL with positional arguments', (values) => [MESSAGE.CALL, 1, {}, 'com.api.post', [values]]],
    ['CALL of nothing', (values) => [MESSAGE.CALL, 1, {}, 'com.none', [values]]],
    ['CALL with unknown options', (values) => [MESSAGE.CALL, 1, { x_values: values }, 'com.api.post']],
    ['PUBLISH', (values) => [MESSAGE.PUBLISH, 1, {}, 'com.topic', [values]]],
    ['YIELD', (values) => [MESSAGE.YIELD, 1, {}, [values]]],
    ['ERROR', (values) => [MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'com.error', [values]]],
    ['REGISTER with unknown options', (values) => [MESSAGE.REGISTER, 1, { x: values }, 'com.procedure']],
    ['GOODBYE with details', (values) => [MESSAGE.GOODBYE, { x: values }, 'wamp.close.normal']],
  ];

  it.each(MESSAGES)('%s', async (_name, messageOf) => {
    const { gateway, upstream } = await start('wamp.max_values = 1000');
    for (const values of [list(1000), dict(500)]) {
      const attacker = await gateway.join(transport);
      attacker.send(messageOf(values));
      expect(await attacker.next()).toEqual([
        ...VIOLATION.slice(0, 1),
        { message: expect.stringContaining('more than 1000 values and names') },
        VIOLATION[2],
      ]);
    }
    expect(upstream.requests).toEqual([]);
    // No other client is affected.
    const other = await gateway.join(transport);
    expect((await callApi(other, 'post', { values: list(900) }))[0]).toBe(MESSAGE.RESULT);
  });

  it('is accepted up to the default: a list of 100,000 numbers, 10,000 rows', async () => {
    const { gateway, upstream } = await start();
    const client = await gateway.join(transport);
    const rows = Array.from({ length: 10_000 }, (_, id) => ({
      id,
      name: `row ${id}`,
      price: id + 0.5,
      ok: true,
    }));
    expect((await callApi(client, 'post', { list: list(100_000) }))[0]).toBe(MESSAGE.RESULT);
    expect((await callApi(client, 'post', { rows }))[0]).toBe(MESSAGE.RESULT);
    expect(JSON.parse(upstream.requests[1]?.text ?? '')).toEqual({ rows });
  });
});

describe.each(ATTACK_MATRIX)('A request line or header section beyond its limit: $name', (transport) => {
  const LINE = /pool\.max_request_line_size/;
  const HEADERS = /pool\.max_request_header_size/;
  const long = 'x'.repeat(1100);

  it.each<[string, string, object, RegExp]>([
    ['a query from a list', 'get', { a: list(600) }, LINE],
    ['a query from names', 'get', dict(300), LINE],
    ['a query from one value', 'get', { a: long }, LINE],
    ['a query from one name', 'get', { [long]: 1 }, LINE],
    ['a query that grows when it is encoded', 'get', { a: ' '.repeat(400) }, LINE],
    ['a configured query from a list', 'sort', { sort: list(600) }, LINE],
    ['a path value', 'one', { id: long }, LINE],
    ['a path value that grows', 'one', { id: 'ü'.repeat(250) }, LINE],
    ['_headers of many names', 'get', { _headers: dict(200, 'x-') }, HEADERS],
    ["_headers of one header's list", 'get', { _headers: { X: list(600) } }, HEADERS],
    ['_headers of one value', 'get', { _headers: { X: long } }, HEADERS],
    ['_headers of one name', 'get', { _headers: { [long]: '1' } }, HEADERS],
    ['a configured header', 'head', { plan: long }, HEADERS],
    ['a configured header from a list', 'head', { plan: list(600) }, HEADERS],
    ['a cookie of spaces, which are encoded', 'head', { sid: ' '.repeat(400) }, HEADERS],
    ['a cookie of text', 'head', { sid: long }, HEADERS],
    ['what is too long only together', 'head', { plan: 'x'.repeat(500), sid: 'y'.repeat(500) }, HEADERS],
  ])('%s is refused before anything is sent', async (_name, procedure, kwargs, message) => {
    const { gateway, upstream } = await start(
      '+pool.max_request_line_size = 1KB',
      '+pool.max_request_header_size = 1KB',
    );
    const client = await gateway.join(transport);
    const answer = await callApi(client, procedure, kwargs);
    expect(answer.slice(0, 5)).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.invalid_argument']);
    expect(answer.at(-1)).toMatchObject({ code: 'bad_request', message: expect.stringMatching(message) });
    expect(upstream.requests).toEqual([]);
    // With the default limits it is sent.
    const roomy = await start();
    const other = await roomy.gateway.join(transport);
    expect((await callApi(other, procedure, { id: 'x', ...kwargs }))[0]).toBe(MESSAGE.RESULT);
  });

  it('a header with 100,000 lines is refused as bad_request', async () => {
    const { gateway, upstream } = await start();
    const client = await gateway.join(transport);
    const answer = await callApi(client, 'get', { _headers: { X: list(100_000) } });
    expect(answer.at(-1)).toMatchObject({ code: 'bad_request', message: expect.stringMatching(HEADERS) });
    expect((await callApi(client, 'get', { a: list(100_000) })).at(-1)).toMatchObject({
      code: 'bad_request',
    });
    expect(upstream.requests).toEqual([]);
  });
});

describe('A response whose JSON has duplicate names', () => {
  /** A name occurs twice, so the gateway must parse it before it can write MessagePack. */
  const odd = `{"x":1,"x":2,"list":[${'0,'.repeat(2000)}0]}`;

  it.each(ATTACK_MATRIX)(
    'of more than wamp.max_values reaches only clients that use JSON: $name',
    async (transport) => {
      const { gateway, upstream } = await start('wamp.max_values = 1000');
      upstream.respondWith(() => ({ body: odd, headers: { 'content-type': 'application/json' } }));
      const client = await gateway.join(transport);
      const answer = await callApi(client, 'get', {});
      if (transport.serializer.name === 'json') expect(answer[0]).toBe(MESSAGE.RESULT);
      else
        expect(answer.slice(0, 5)).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.runtime_error']);
      upstream.respondWith(() => ({ json: { list: list(2000) } }));
      expect((await callApi(client, 'get', {}))[0]).toBe(MESSAGE.RESULT);
    },
  );
});

/** A session whose procedure returns its arguments. */
async function echo(gateway: AttackedGateway, transport: TransportCase): Promise<RawClient> {
  const callee = await gateway.join(transport);
  callee.send([MESSAGE.REGISTER, nextRequest(callee), {}, 'com.echo']);
  await callee.next();
  return callee;
}

describe.each(ATTACK_MATRIX)('A call that another client answers: $name', (transport) => {
  it('passes arguments up to the limit, and ends the session of a callee that sends more', async () => {
    const { gateway } = await start('wamp.max_values = 1000');
    const callee = await echo(gateway, transport);
    const caller = await gateway.join(caseNamed('WebSocket on a universal port, msgpack'));
    caller.send([MESSAGE.CALL, nextRequest(caller), {}, 'com.echo', [list(900)]]);
    const [, request, , , args] = await callee.next();
    expect(args).toEqual([list(900)]);
    callee.send([MESSAGE.YIELD, request, {}, [list(1000)]]);
    expect((await callee.next())[0]).toBe(MESSAGE.ABORT);
    expect((await caller.next())[0]).toBe(MESSAGE.ERROR);
  });
});
