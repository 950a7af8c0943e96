import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REALM } from '../../support/caller.js';
import { autobahnJs, type Client, FORMATS, wampy } from '../../support/clients.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';

const GET = '+procedures.get_invoice';
const CREATE = '+procedures.create_invoice';
/** More than what is decoded in one go, and more than a turn of the event loop may take. */
const SIZES = [1, 100_000, 2_000_000];

const call = async (client: Client, procedure: string, kwargs: object) =>
  client.call(`com.billing.${procedure}`, { args: [], kwargs: { ...kwargs } }).outcome.then(
    ({ kwargs: result }) => ({ kind: 'result', kwargs: result }),
    ({ uri, kwargs: error }) => ({ kind: 'error', uri, kwargs: error }),
  );

const CLIENTS = FORMATS.flatMap((format) => [
  [`wampy with ${format}`, (url: string) => wampy(url, REALM, format)] as const,
  [`autobahn-js with ${format}`, (url: string) => autobahnJs(url, REALM, format)] as const,
]);

describe.each(CLIENTS)('for %s', (_, connect) => {
  let fixture: GatewayFixture;
  let client: Client;
  beforeAll(async () => {
    fixture = await openGatewayFixture({
      lines: [
        '+error_path = errors',
        '+errors.body = com.billing.error.refused',
        `${GET}.success = 2xx, 404`,
        `${GET}.response.path = data.items`,
        `${CREATE}.response.path = data.1.id`,
        `${CREATE}.response.path_optional = on`,
      ],
    });
    client = await connect(fixture.gateway.url);
  });
  afterAll(async () => {
    await client.close();
    await fixture.close();
  });

  it.each(SIZES)('a part with a text of %i characters is the body', async (length) => {
    const items = ['né"'.repeat(length / 3), 1234, { a: [null, 1.5] }];
    fixture.upstream.respondWith(() => ({ json: { errors: [], x: [items], data: { items }, y: 1 } }));
    expect(await call(client, 'get_invoice', { id: 1 })).toEqual({
      kind: 'result',
      kwargs: { status: 200, body: items },
    });
  });

  it.each(SIZES)('a value at error_path is an error, with a text of %i characters', async (length) => {
    const json = { data: { items: ['x'.repeat(length)] }, errors: [{ message: 'why' }] };
    fixture.upstream.respondWith(() => ({ json }));
    expect(await call(client, 'get_invoice', { id: 1 })).toEqual({
      kind: 'error',
      uri: 'com.billing.error.refused',
      kwargs: { status: 200, body: json },
    });
  });

  it.each(SIZES)('a missing part is an error or null, with a text of %i characters', async (length) => {
    fixture.upstream.respondWith(() => ({ json: { data: ['x'.repeat(length)] } }));
    expect(await call(client, 'get_invoice', { id: 1 })).toMatchObject({
      kind: 'error',
      uri: 'bondy.error.bad_gateway',
      kwargs: { status: 502, code: 'bad_answer', attempts: 1 },
    });
    expect(await call(client, 'create_invoice', {})).toEqual({
      kind: 'result',
      kwargs: { status: 200, body: null },
    });
  });

  it.each(SIZES)('text of %i characters has no parts', async (length) => {
    for (const type of ['text/plain', 'application/json', 'image/png']) {
      fixture.upstream.respondWith(() => ({
        headers: { 'content-type': type },
        body: 'x'.repeat(length),
      }));
      expect(await call(client, 'get_invoice', { id: 1 })).toMatchObject({ kwargs: { code: 'bad_answer' } });
      expect(await call(client, 'create_invoice', {})).toMatchObject({ kwargs: { body: null } });
    }
  });

  it.each(SIZES)('an error keeps its whole body of %i characters', async (length) => {
    const json = { data: { items: ['x'.repeat(length)] }, errors: ['why'] };
    fixture.upstream.respondWith(() => ({ status: 422, json }));
    expect(await call(client, 'get_invoice', { id: 1 })).toEqual({
      kind: 'error',
      uri: 'wamp.error.invalid_argument',
      kwargs: { status: 422, body: json },
    });
  });

  it('a status of success other than 2xx is a result, and has no error in its body', async () => {
    fixture.upstream.respondWith(() => ({ status: 404, json: { errors: ['none'], data: { items: [] } } }));
    expect(await call(client, 'get_invoice', { id: 1 })).toEqual({
      kind: 'result',
      kwargs: { status: 404, body: [] },
    });
  });
});

describe('a response', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await openGatewayFixture({
      lines: [
        'log.calls = all',
        '+retry.statuses = 503',
        '+error_path = error',
        `${GET}.success = 200, 302, 404`,
        `${CREATE}.response.path = id`,
        '+procedures.update_invoice.response.path = id',
        '+procedures.update_invoice.response.path_optional = on',
      ],
    });
  });
  afterAll(() => fixture.close());
  const respond = (status: number, json?: unknown, headers = {}) =>
    fixture.upstream.respondWith(() => ({ status, headers, ...(json !== undefined && { json }) }));
  const get = (kwargs = {}) => fixture.caller.call('com.billing.get_invoice', { id: 1, ...kwargs });

  it.each([
    [200, 'result', ''],
    [302, 'result', ''],
    [404, 'result', ''],
    [201, 'error', 'bondy.error.bad_gateway'],
    [403, 'error', 'wamp.error.not_authorized'],
  ])('with the status %i is a %s, as success says', async (status, kind, uri) => {
    respond(status, { a: 1 });
    expect(await get()).toMatchObject({ kind, uri, kwargs: { status, body: { a: 1 } } });
  });

  it.each([[null], [false], [0], [''], [[]], [{}]])('with %j at error_path is a result', async (error) => {
    respond(200, { error });
    expect(await get()).toMatchObject({ kind: 'result', kwargs: { body: { error } } });
  });

  it('with a value at error_path has the default URI, and is not sent again', async () => {
    fixture.upstream.clear();
    respond(200, { error: 'busy' });
    expect(await get()).toMatchObject({
      uri: 'bondy.error.bad_gateway',
      kwargs: { status: 200, body: { error: 'busy' } },
    });
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it('of 304 to a condition has no part, and needs none', async () => {
    respond(304);
    const kwargs = { id: 1, _headers: { 'If-None-Match': '"1"' } };
    expect(await fixture.caller.call('com.billing.update_invoice', kwargs)).toMatchObject({
      kind: 'result',
      kwargs: { status: 304, body: '' },
    });
  });

  it('without a body lacks the part', async () => {
    respond(204);
    expect(await fixture.caller.call('com.billing.create_invoice', {})).toMatchObject({
      kwargs: { code: 'bad_answer', message: 'The response of the API lacks the part that callers get' },
    });
    expect(await fixture.caller.call('com.billing.update_invoice', { id: 1 })).toMatchObject({
      kwargs: { status: 204, body: null },
    });
  });

  it('keeps every digit and every byte of the part', async () => {
    fixture.upstream.respondWith(() => ({
      headers: { 'content-type': 'application/json' },
      body: '{"id":{"n":12345678901234567890.10,"n":1e500, "s":"\\ud83d"}}',
    }));
    const { frame } = await fixture.caller.call('com.billing.create_invoice', {});
    expect(frame).toContain('"body":{"n":12345678901234567890.10,"n":1e500, "s":"\\ud83d"}');
  });
});
