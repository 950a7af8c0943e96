import { afterEach, describe, expect, it } from 'vitest';
import {
  type AuthFixture,
  type AuthFixtureOptions,
  GET,
  openAuthFixture,
} from '../../support/auth-fixture.js';
import { issuing } from '../../support/idp.js';
import { keepSpans } from '../../support/spans.js';
import { OPTIONS, partsOf, TRACE_ID } from '../../support/trace-context.js';

let fixture: AuthFixture;
let kept: ReturnType<typeof keepSpans>;
afterEach(() => fixture.close());

async function open(options: AuthFixtureOptions = {}): Promise<void> {
  kept = keepSpans();
  fixture = await openAuthFixture({ ...options, tracerProvider: kept.provider });
}

const isToken = ({ name }: { name: string }) => name.startsWith('POST');
const tokens = () => kept.ofKind('CLIENT').filter(isToken);

describe('the span of a token request', () => {
  it('is in the trace of the call that needs the token', async () => {
    await open();
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    const [call] = kept.ofKind('SERVER');
    expect(tokens()).toMatchObject([{ traceId: TRACE_ID, parentId: call!.spanId, status: 'UNSET' }]);
    expect(tokens()[0]!.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(fixture.idp.origin).port),
      'url.template': new URL(fixture.idp.requests[0]!.url, fixture.idp.origin).pathname,
      'rpc_gateway.service': 'billing',
    });
    // A token is for many calls, so its endpoint learns nothing of them.
    expect(fixture.idp.requests[0]!.headers).not.toHaveProperty('traceparent');
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    expect(tokens()).toHaveLength(1);
  });

  it('begins a trace if the token is renewed in advance', async () => {
    await open({ idp: issuing({ expires_in: 600 }) });
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    await fixture.pass(9 * 60_000);
    const [, renewed] = tokens();
    expect(renewed!.parentId).toBeUndefined();
    expect(renewed!.traceId).not.toBe(TRACE_ID);
  });

  it('tells of a refusal, and the call has no attempt', async () => {
    await open({ idp: () => ({ status: 400, json: { error: 'invalid_request' } }) });
    await fixture.caller.call(GET, { id: 1 });
    expect(kept.ofKind('CLIENT')).toMatchObject([{ status: 'ERROR', attributes: { 'error.type': '400' } }]);
    expect(tokens()).toHaveLength(1);
    expect(kept.ofKind('SERVER')).toMatchObject([{ attributes: { 'rpc_gateway.code': 'auth' } }]);
  });

  it('stands between two attempts if the API refuses the first token', async () => {
    await open({ api: ({ number }) => ({ status: number === 1 ? 401 : 200 }) });
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    const clients = kept.ofKind('CLIENT');
    expect(clients.map(({ name }) => name.split(' ')[0])).toEqual(['POST', 'GET', 'POST', 'GET']);
    expect(clients.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ]);
    const sent = fixture.upstream.requests.map(({ headers }) => partsOf(headers['traceparent']).spanId);
    expect(sent).toEqual(clients.filter((span) => !isToken(span)).map(({ spanId }) => spanId));
  });
});
