import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';
import { joinOverWebSocket } from '../../support/joined-session.js';
import type { StreamApiOptions } from '../../support/stream-api.js';
import { callStream } from '../../support/stream-caller.js';
import { openStreamFixture } from '../../support/stream-fixture.js';

const opened = closeAfterEach();
const GET = 'com.billing.get_invoice';

const openStream = async (options: StreamApiOptions = {}) => opened(await openStreamFixture(options));

describe('a caller that asks for progressive results', () => {
  it('gets each event as soon as it is complete', async () => {
    const { api, session } = await openStream();
    const call = callStream(session, GET, { id: '1' });
    const response = await api.response(1);
    response.write('event: paid\nid: 7\ndata: {"amount": 1.50}\n\n');
    await call.arrived(1);
    response.write('data: [DONE]\n\ndata: never complete');
    await call.arrived(2);
    response.end();
    expect(await call.ended).toEqual({ kwargs: { status: 200, body: '', count: 2 } });
    expect(call.parts).toEqual([
      { status: 200, body: { event: 'paid', id: '7', data: { amount: 1.5 }, retry: null } },
      { status: 200, body: { event: 'message', id: '7', data: '[DONE]', retry: null } },
    ]);
  });

  it('gets each line of newline-delimited JSON, and a last one without an end', async () => {
    const { api, session } = await openStream({ type: 'application/x-ndjson; charset=utf-8' });
    const call = callStream(session, GET, { id: '1' });
    const response = await api.response(1);
    response.write('{"n":1}\r\n\n{"n"');
    await call.arrived(1);
    response.write(':2}\nno JSON');
    await call.arrived(2);
    response.end();
    expect(await call.ended).toEqual({ kwargs: { status: 200, body: '', count: 3 } });
    expect(call.parts.map(({ body }) => body)).toEqual([{ n: 1 }, { n: 2 }, 'no JSON']);
  });

  it('gets an ordinary response as one result', async () => {
    const fixture = opened(await openGatewayFixture());
    const session = await joinOverWebSocket(fixture.gateway.url);
    opened(() => session.leave());
    const call = callStream(session, GET, { id: '1' });
    expect(await call.ended).toEqual({ kwargs: { status: 200, body: { ok: true } } });
    expect(call.parts).toEqual([]);
  });

  it('gets an error status as an error, also with the media type of a stream', async () => {
    const { api, session } = await openStream({ status: 404, type: 'application/x-ndjson' });
    const call = callStream(session, GET, { id: '1' });
    (await api.response(1)).end('{"n":1}\n{"n":2}\n');
    expect(await call.ended).toMatchObject({ uri: 'wamp.error.not_found', kwargs: { status: 404 } });
    expect(call.parts).toEqual([]);
  });
});

describe('a caller that does not ask for progressive results', () => {
  it('gets an error for an event stream', async () => {
    const { caller } = await openStream();
    const { kwargs } = await caller.call(GET, { id: '1' });
    expect(kwargs).toMatchObject({ code: 'bad_answer' });
  });

  it('gets newline-delimited JSON as text', async () => {
    const { api, caller } = await openStream({ type: 'application/x-ndjson' });
    const called = caller.call(GET, { id: '1' });
    (await api.response(1)).end('1\n2\n');
    expect((await called).kwargs).toEqual({ status: 200, body: '1\n2\n' });
  });
});
