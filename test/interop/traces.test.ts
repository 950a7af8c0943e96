import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRouter } from '../support/attached-fixture.js';
import { guideOAuth2 } from '../support/auth-fixture.js';
import { billingConf } from '../support/billing-conf.js';
import { type Caller, connectCaller } from '../support/caller.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { type Idp, startIdp } from '../support/idp.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { OPTIONS, PARENT_ID, partsOf, TRACE_ID, TRACESTATE } from '../support/trace-context.js';
import { type CollectedSpan, type Collector, isCollectorInstalled, startCollector } from './collector.js';

const [SERVER, CLIENT, ERROR] = [2, 3, 2];
const GET = 'com.billing.get_invoice';

describe.skipIf(!isCollectorInstalled())('an OpenTelemetry Collector gets the spans', () => {
  let collector: Collector;
  let upstream: RecordingUpstream;
  let idp: Idp;
  let gateway: GatewayProcess;
  let caller: Caller;

  beforeAll(async () => {
    collector = await startCollector();
  });
  afterAll(() => collector.close());
  beforeEach(async () => {
    upstream = await startRecordingUpstream(({ number }) => ({ status: number === 1 ? 503 : 200, json: {} }));
    idp = await startIdp();
  });
  afterEach(async () => {
    await caller.close();
    await gateway.close();
    await upstream.close();
    await idp.close();
  });

  const start = (...lines: string[]) => {
    gateway = startGatewayProcess(
      [
        guideOAuth2(idp.origin),
        billingConf(upstream.url, '+retries = 1', '+retry.statuses = 503'),
        `tracing.otlp.endpoint = ${collector.endpoint}`,
        ...lines,
        '',
      ].join('\n'),
    );
    return gateway.ready;
  };

  /** The spans of one call: of the gateway, of the token request, and of both attempts. */
  function expectOneTrace(spans: readonly CollectedSpan[], service: string): void {
    const [call] = spans.filter(({ kind }) => kind === SERVER);
    const clients = spans.filter(({ kind }) => kind === CLIENT);
    expect(spans.map(({ traceId }) => traceId)).toEqual(spans.map(() => TRACE_ID));
    expect(call).toMatchObject({ name: GET, parentSpanId: PARENT_ID, traceState: TRACESTATE, status: {} });
    expect(call!.attributes).toEqual({
      'rpc.system.name': 'wamp',
      'rpc.method': GET,
      'rpc_gateway.realm': 'com.example.myrealm',
      'rpc_gateway.service': 'billing',
    });
    expect(call!.resource).toMatchObject({ 'service.name': service });
    expect(clients.map(({ parentSpanId }) => parentSpanId)).toEqual(clients.map(() => call!.spanId));
    expect(clients.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^POST \//),
      'GET /invoices/{{id}}',
      'GET /invoices/{{id}}',
    ]);
    const [, first, second] = clients;
    const attributes = {
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': upstream.port,
      'url.template': '/invoices/{{id}}',
    };
    expect(first).toMatchObject({ status: { code: ERROR } });
    expect(first!.attributes).toEqual({
      ...attributes,
      'http.response.status_code': 503,
      'error.type': '503',
    });
    expect(second!.attributes).toEqual({
      ...attributes,
      'http.response.status_code': 200,
      'http.request.resend_count': 1,
    });
    // The last link of the trace: what the API got.
    const sent = upstream.requests.map(({ headers }) => partsOf(headers['traceparent']));
    expect(sent).toEqual(clients.slice(1).map(({ spanId }) => ({ traceId: TRACE_ID, spanId, flags: '01' })));
  }

  it('of one trace, from the caller to the upstream', async () => {
    const line = await start('listeners.main.port = 0', 'tracing.service_name = billing-gateway');
    caller = await connectCaller(/ws:\S+/.exec(line)![0]);
    const before = collector.spans().length;
    const { kwargs } = await caller.call(GET, { id: 1 }, { options: OPTIONS });
    expect(kwargs['status']).toBe(200);
    // The gateway sends what it has when it stops.
    expect(await gateway.end('SIGTERM')).toBe(0);
    const spans = (await collector.received(before + 4)).slice(before);
    expect(spans).toHaveLength(4);
    expectOneTrace(spans, 'billing-gateway');
  });

  it('of one trace if the call comes through another router', async () => {
    const router = await startRouter();
    caller = await connectCaller(router.url);
    await start(`router.url = ${router.url}`);
    const before = collector.spans().length;
    await caller.call(GET, { id: 1 }, { options: OPTIONS });
    await gateway.end('SIGTERM');
    expectOneTrace((await collector.received(before + 4)).slice(before), 'rpc-gateway');
    await router.stop(0);
  });

  it('of a trace that begins in the gateway, while it runs', async () => {
    const line = await start('listeners.main.port = 0');
    caller = await connectCaller(/ws:\S+/.exec(line)![0]);
    const before = collector.spans().length;
    const { kwargs } = await caller.call(GET, {});
    const [span] = (await collector.received(before + 1)).slice(before);
    expect(span).toMatchObject({ kind: SERVER, status: {} });
    expect(span!.parentSpanId).toBeUndefined();
    expect(span!.attributes).toMatchObject({
      'rpc_gateway.code': 'bad_request',
      'rpc_gateway.id': kwargs['id'],
    });
    expect(BigInt(span!.endTimeUnixNano)).toBeGreaterThan(BigInt(span!.startTimeUnixNano));
  });
});
