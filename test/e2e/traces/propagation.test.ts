import { afterEach, describe, expect, it } from 'vitest';
import { type AttachedFixture, openAttachedFixture } from '../../support/attached-fixture.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import {
  OPTIONS,
  PARENT_ID,
  partsOf,
  TRACE_ID,
  TRACEPARENT,
  TRACESTATE,
} from '../../support/trace-context.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
const OTHER = '00-11111111111111111111111111111111-2222222222222222-00';

let fixture: GatewayFixture | AttachedFixture;
afterEach(() => fixture.close());

async function open(...lines: string[]): Promise<void> {
  fixture = await openGatewayFixture({ lines });
}

/** The headers of traces that the API got, in order. */
const got = () =>
  fixture.upstream.requests.map(({ headers }) => {
    const { traceparent, tracestate, baggage } = headers;
    return { ...partsOf(traceparent), traceparent, tracestate, baggage };
  });

describe('the trace of a call, without spans,', () => {
  it('goes from the options of the call to the upstream, with a new span ID', async () => {
    await open();
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    expect(got()).toEqual([
      expect.objectContaining({ traceId: TRACE_ID, flags: '01', tracestate: TRACESTATE, baggage: undefined }),
    ]);
    expect(got()[0]!.spanId).not.toBe(PARENT_ID);
  });

  it('has a span ID of its own for each attempt', async () => {
    fixture = await openGatewayFixture({
      lines: ['+retries = 2', '+retry.statuses = 503'],
      respond: ({ number }) => ({ status: number < 3 ? 503 : 200 }),
    });
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    const attempts = got();
    expect(attempts.map(({ traceId }) => traceId)).toEqual([TRACE_ID, TRACE_ID, TRACE_ID]);
    expect(new Set(attempts.map(({ spanId }) => spanId)).size).toBe(3);
  });

  it('is the one in _headers if the options have none', async () => {
    await open();
    const _headers = { TraceParent: TRACEPARENT, tracestate: TRACESTATE, 'X-A': 'a' };
    await fixture.caller.call(GET, { id: 1, _headers });
    const [request] = fixture.upstream.requests;
    const names = request!.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(names.filter((name) => name.startsWith('trace'))).toEqual(['traceparent', 'tracestate']);
    expect(got()).toMatchObject([{ traceId: TRACE_ID, flags: '01', tracestate: TRACESTATE }]);
    expect(got()[0]!.spanId).not.toBe(PARENT_ID);
    expect(request!.headers['x-a']).toBe('a');
  });

  it('is also read from _headers in long kwargs, which stay JSON text', async () => {
    await open();
    const kwargs = { text: 'x'.repeat(100_000), _headers: { traceparent: TRACEPARENT } };
    await fixture.caller.call(POST, kwargs);
    expect(got()).toMatchObject([{ traceId: TRACE_ID }]);
  });

  it('is the one in the options if both are given', async () => {
    await open();
    const _headers = { traceparent: OTHER, tracestate: 'other=1' };
    await fixture.caller.call(GET, { id: 1, _headers }, { options: { _traceparent: TRACEPARENT } });
    expect(got()).toMatchObject([{ traceId: TRACE_ID, tracestate: undefined }]);
  });

  it('keeps the flag of a caller that does not sample', async () => {
    await open();
    await fixture.caller.call(GET, { id: 1 }, { options: { _traceparent: OTHER } });
    expect(got()).toMatchObject([{ traceId: '1'.repeat(32), flags: '00' }]);
  });

  it.each([
    ['no text', { _traceparent: 7 }],
    ['null', { _traceparent: null, _tracestate: null }],
    ['no traceparent', { _traceparent: 'hello' }],
    ['a line break', { _traceparent: `${TRACEPARENT}\r\nX-Evil: 1` }],
    ['capital letters', { _traceparent: TRACEPARENT.toUpperCase() }],
    ['a trace ID of zeros', { _traceparent: `00-${'0'.repeat(32)}-${PARENT_ID}-01` }],
    ['only a tracestate', { _tracestate: TRACESTATE }],
    ['nothing', {}],
  ])('does not exist for %s', async (_, options) => {
    await open();
    const { kind } = await fixture.caller.call(GET, { id: 1 }, { options });
    expect(kind).toBe('result');
    expect(got()).toEqual([{ traceparent: undefined, tracestate: undefined, baggage: undefined }]);
    expect(fixture.upstream.requests[0]!.headers['x-evil']).toBeUndefined();
  });

  it.each([
    ['a line break', 'a=1\r\nX-Evil: 1'],
    ['a key in capital letters', 'A=1'],
    ['33 members', Array.from({ length: 33 }, (_, index) => `k${index}=1`).join()],
    ['no text', ['a=1']],
  ])('loses a tracestate with %s', async (_, _tracestate) => {
    await open();
    await fixture.caller.call(GET, { id: 1 }, { options: { _traceparent: TRACEPARENT, _tracestate } });
    expect(got()).toMatchObject([{ traceId: TRACE_ID, tracestate: undefined }]);
  });

  it('ignores two traceparents in _headers', async () => {
    await open();
    await fixture.caller.call(GET, { id: 1, _headers: { traceparent: [TRACEPARENT, OTHER] } });
    expect(got()).toMatchObject([{ traceparent: undefined }]);
  });

  it('in _headers needs the permission of caller_headers, and the options need none', async () => {
    await open('+caller_headers = x-*');
    const refused = await fixture.caller.call(GET, { id: 1, _headers: { traceparent: TRACEPARENT } });
    expect(refused.kwargs['code']).toBe('bad_request');
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    expect(got()).toMatchObject([{ traceId: TRACE_ID }]);
  });

  it('leaves the headers of the configuration alone', async () => {
    await open('+headers.Traceparent = configured');
    const _headers = { traceparent: TRACEPARENT, tracestate: TRACESTATE };
    await fixture.caller.call(GET, { id: 1, _headers }, { options: OPTIONS });
    expect(got()).toMatchObject([{ traceparent: 'configured', tracestate: undefined }]);
  });

  it('goes on beside a configured tracestate', async () => {
    await open('+headers.tracestate = configured=1');
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    expect(got()).toMatchObject([{ traceId: TRACE_ID, tracestate: 'configured=1' }]);
  });

  it('follows a redirect within its attempt', async () => {
    fixture = await openGatewayFixture({
      lines: ['+pool.follow_redirect = on'],
      respond: ({ url }) =>
        url === '/there' ? { json: {} } : { status: 302, headers: { location: '/there' } },
    });
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    const [first, second] = got();
    expect(second).toEqual(first);
    expect(first).toMatchObject({ traceId: TRACE_ID });
  });

  it('is in the log beside the id of an error, and of a failed response', async () => {
    fixture = await openGatewayFixture({ respond: () => ({ status: 500 }) });
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    const { kwargs } = await fixture.caller.call(GET, {}, { options: OPTIONS });
    await fixture.caller.call(GET, {});
    const lines = fixture.log.records().filter(({ msg }) => msg === 'call failed');
    expect(lines).toMatchObject([
      { trace_id: TRACE_ID, status: 500 },
      { trace_id: TRACE_ID, id: kwargs['id'], code: 'bad_request' },
      { code: 'bad_request' },
    ]);
    expect(lines[2]).not.toHaveProperty('trace_id');
  });

  it('goes through another router to an attached gateway', async () => {
    fixture = await openAttachedFixture();
    await (fixture as AttachedFixture).attachAndWait();
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    expect(got()).toMatchObject([{ traceId: TRACE_ID, flags: '01', tracestate: TRACESTATE }]);
  });
});
