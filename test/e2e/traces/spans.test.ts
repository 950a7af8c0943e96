import { trace } from '@opentelemetry/api';
import { AlwaysOffSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG, RESET, type ResponseHandler } from '../../support/recording-upstream.js';
import { keepSpans } from '../../support/spans.js';
import {
  OPTIONS,
  PARENT_ID,
  partsOf,
  TRACE_ID,
  TRACEPARENT,
  TRACESTATE,
} from '../../support/trace-context.js';

const GET = 'com.billing.get_invoice';

let fixture: GatewayFixture;
let kept: ReturnType<typeof keepSpans>;
afterEach(() => fixture.close());

async function open(respond?: ResponseHandler, ...lines: string[]): Promise<void> {
  kept = keepSpans();
  fixture = await openGatewayFixture({
    lines,
    ...(respond && { respond }),
    gateway: { tracerProvider: kept.provider },
  });
}

const sent = () => fixture.upstream.requests.map(({ headers }) => partsOf(headers['traceparent']));
const port = () => fixture.upstream.port;

describe('the spans of a call', () => {
  it('are one of the gateway and one of its attempt, in the trace of the caller', async () => {
    await open();
    await fixture.caller.call(GET, { id: 7, expand: 'lines' }, { options: OPTIONS });
    const [attempt, call] = kept.spans();
    expect(kept.spans()).toHaveLength(2);
    expect(call).toMatchObject({
      name: GET,
      kind: 'SERVER',
      traceId: TRACE_ID,
      parentId: PARENT_ID,
      status: 'UNSET',
    });
    expect(call!.attributes).toEqual({
      'rpc.system.name': 'wamp',
      'rpc.method': GET,
      'rpc_gateway.realm': 'com.example.myrealm',
      'rpc_gateway.service': 'billing',
    });
    expect(call!.span.parentSpanContext?.isRemote).toBe(true);
    expect(attempt).toMatchObject({
      name: 'GET /invoices/{{id}}',
      kind: 'CLIENT',
      traceId: TRACE_ID,
      parentId: call!.spanId,
      status: 'UNSET',
    });
    expect(attempt!.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': port(),
      'url.template': '/invoices/{{id}}',
    });
    expect(sent()).toEqual([{ traceId: TRACE_ID, spanId: attempt!.spanId, flags: '01' }]);
    expect(fixture.upstream.requests[0]!.headers['tracestate']).toBe(TRACESTATE);
  });

  it('begin a trace if the caller has none', async () => {
    await open();
    await fixture.caller.call(GET, { id: 7 });
    const [attempt, call] = kept.spans();
    expect(call).toMatchObject({ kind: 'SERVER', parentId: undefined });
    expect(sent()).toEqual([{ traceId: call!.traceId, spanId: attempt!.spanId, flags: '01' }]);
  });

  it('continue the trace in _headers', async () => {
    await open();
    await fixture.caller.call(GET, { id: 7, _headers: { traceparent: TRACEPARENT } });
    expect(kept.ofKind('SERVER')).toMatchObject([{ traceId: TRACE_ID, parentId: PARENT_ID }]);
  });

  it('last as long as what they describe', async () => {
    await open();
    await fixture.caller.call(GET, { id: 7 });
    const [attempt, call] = kept.spans().map(({ span }) => span);
    const at = ([seconds, nanos]: readonly [number, number]) => seconds * 1000 + nanos / 1e6;
    expect(at(call!.startTime)).toBeLessThanOrEqual(at(attempt!.startTime));
    expect(at(attempt!.startTime)).toBeLessThan(at(attempt!.endTime));
    expect(at(attempt!.endTime)).toBeLessThanOrEqual(at(call!.endTime));
    expect(Math.abs(at(call!.endTime) - Date.now())).toBeLessThan(10_000);
  });

  it('count the attempts of a call', async () => {
    await open(({ number }) => ({ status: number < 3 ? 503 : 200 }), '+retries = 2', '+retry.statuses = 503');
    await fixture.caller.call(GET, { id: 7 }, { options: OPTIONS });
    const attempts = kept.ofKind('CLIENT');
    expect(attempts.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
      undefined,
      1,
      2,
    ]);
    expect(attempts.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([
      503, 503, 200,
    ]);
    expect(attempts.map(({ attributes }) => attributes['error.type'])).toEqual(['503', '503', undefined]);
    expect(attempts.map(({ status }) => status)).toEqual(['ERROR', 'ERROR', 'UNSET']);
    expect(attempts.map(({ spanId }) => spanId)).toEqual(sent().map(({ spanId }) => spanId));
    expect(kept.ofKind('SERVER')).toMatchObject([{ status: 'UNSET' }]);
  });

  it.each([
    ['404', 404, 'UNSET', undefined],
    ['503', 503, 'ERROR', '503'],
  ])('tell of a response with status %s', async (_, status, outcome, type) => {
    await open(() => ({ status }));
    await fixture.caller.call(GET, { id: 7 });
    const [attempt, call] = kept.spans();
    expect(attempt).toMatchObject({ status: 'ERROR', attributes: { 'error.type': String(status) } });
    expect(call!.status).toBe(outcome);
    expect(call!.attributes['error.type']).toBe(type);
    expect(call!.attributes).not.toHaveProperty('rpc_gateway.code');
  });

  it('tell of an error of the gateway, with its code and id', async () => {
    await open(() => RESET);
    const { kwargs } = await fixture.caller.call('com.billing.create_invoice', { id: 7 });
    const [attempt, call] = kept.spans();
    expect(attempt).toMatchObject({ status: 'ERROR', attributes: { 'error.type': 'connect' } });
    expect(attempt!.attributes).not.toHaveProperty('http.response.status_code');
    const [line] = fixture.log.records().filter(({ msg }) => msg === 'call failed');
    expect(line).toMatchObject({ id: kwargs['id'], trace_id: call!.traceId });
    expect(call).toMatchObject({
      status: 'ERROR',
      message: line!['cause'],
      attributes: { 'error.type': 'connect', 'rpc_gateway.code': 'connect', 'rpc_gateway.id': kwargs['id'] },
    });
  });

  it('are no error if the caller made a mistake, or cancelled', async () => {
    await open(() => HANG);
    await fixture.caller.call(GET, {}, { options: OPTIONS });
    expect(kept.spans()).toMatchObject([
      { kind: 'SERVER', traceId: TRACE_ID, status: 'UNSET', attributes: { 'error.type': 'bad_request' } },
    ]);
    kept.clear();
    const canceled = fixture.caller.call(GET, { id: 7 });
    await fixture.upstream.arrived(1);
    fixture.caller.cancel('kill');
    await canceled;
    expect(kept.spans()).toMatchObject([
      { kind: 'CLIENT', status: 'UNSET', attributes: { 'error.type': 'canceled' } },
      { kind: 'SERVER', status: 'UNSET', attributes: { 'error.type': 'canceled' } },
    ]);
  });

  it('are recorded even if the configuration sets the headers', async () => {
    await open(undefined, '+headers.traceparent = configured');
    await fixture.caller.call(GET, { id: 7 }, { options: OPTIONS });
    expect(kept.spans()).toMatchObject([{ traceId: TRACE_ID }, { traceId: TRACE_ID }]);
    expect(fixture.upstream.requests[0]!.headers['traceparent']).toBe('configured');
  });
});

describe('a call that is not sampled', () => {
  it('has no spans, and tells the upstream so', async () => {
    kept = keepSpans(new ParentBasedSampler({ root: new AlwaysOffSampler() }));
    fixture = await openGatewayFixture({ gateway: { tracerProvider: kept.provider } });
    await fixture.caller.call(GET, { id: 7 });
    await fixture.caller.call(
      GET,
      { id: 7 },
      { options: { _traceparent: TRACEPARENT.replace(/01$/, '00') } },
    );
    expect(kept.spans()).toEqual([]);
    expect(sent()).toMatchObject([{ flags: '00' }, { traceId: TRACE_ID, flags: '00' }]);
    expect(sent()[1]!.spanId).not.toBe(PARENT_ID);
    await fixture.caller.call(GET, { id: 7 }, { options: OPTIONS });
    expect(kept.spans()).toHaveLength(2);
  });
});

describe('without a provider of its own, the gateway', () => {
  it('uses the global one that the program has registered before the start', async () => {
    kept = keepSpans();
    trace.setGlobalTracerProvider(kept.provider);
    try {
      fixture = await openGatewayFixture();
      await fixture.caller.call(GET, { id: 7 }, { options: OPTIONS });
      expect(kept.spans()).toMatchObject([{ traceId: TRACE_ID }, { traceId: TRACE_ID }]);
    } finally {
      trace.disable();
    }
  });

  it('continues traces if the global one records nothing', async () => {
    const { ProxyTracerProvider } = await import('@opentelemetry/api');
    fixture = await openGatewayFixture({ gateway: { tracerProvider: new ProxyTracerProvider() } });
    await fixture.caller.call(GET, { id: 7 });
    await fixture.caller.call(GET, { id: 7 }, { options: OPTIONS });
    expect(sent()).toMatchObject([{}, { traceId: TRACE_ID, flags: '01' }]);
    expect(sent()[1]!.spanId).not.toBe(PARENT_ID);
  });
});
