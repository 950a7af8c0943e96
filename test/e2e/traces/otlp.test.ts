import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import {
  HANG,
  type RecordingUpstream,
  type ResponseHandler,
  startRecordingUpstream,
} from '../../support/recording-upstream.js';
import { OPTIONS, partsOf, TRACE_ID } from '../../support/trace-context.js';

const GET = 'com.billing.get_invoice';
/** An ExportTraceServiceResponse without partial success. */
const TAKEN: ResponseHandler = () => ({ headers: { 'content-type': 'application/x-protobuf' }, body: '' });

// test/interop/traces.test.ts decodes the spans with a real collector.
describe('spans by OTLP', () => {
  let collector: RecordingUpstream;
  let fixture: GatewayFixture;
  afterEach(() => collector.close());

  async function open(respond: ResponseHandler, ...lines: string[]): Promise<void> {
    collector = await startRecordingUpstream(respond);
    fixture = await openGatewayFixture({
      lines: [`tracing.otlp.endpoint = ${collector.url}/base`, ...lines],
    });
  }
  const warnings = () => fixture.log.records().filter(({ level }) => level === 'warn');

  it('reach the collector in protobuf before the gateway has stopped', async () => {
    await open(TAKEN, 'tracing.service_name = billing-gateway');
    const secret = plantedSecret('kwarg');
    await fixture.caller.call(GET, { id: secret, q: secret }, { options: OPTIONS });
    await fixture.close();
    const [request] = collector.requests;
    expect(collector.requests).toHaveLength(1);
    expect(request).toMatchObject({ method: 'POST', url: '/base/v1/traces' });
    expect(request!.headers).toMatchObject({ 'content-type': 'application/x-protobuf' });
    expect(request!.headers).not.toHaveProperty('traceparent');
    const bytes = request!.body.toString('latin1');
    expect(bytes).toContain(Buffer.from(TRACE_ID, 'hex').toString('latin1'));
    for (const text of ['billing-gateway', GET, 'GET /invoices/{{id}}', 'url.template'])
      expect(bytes).toContain(text);
    expect(leaksIn(bytes)).toEqual([]);
    expect(warnings()).toEqual([]);
  });

  it('begin anew when a stopped gateway is started again', async () => {
    await open(TAKEN);
    await fixture.gateway.stop(0);
    await fixture.gateway.start();
    await fixture.close();
    expect(collector.requests).toEqual([]);
  });

  it('are not recorded with sample_ratio 0, but those of sampled callers are', async () => {
    await open(TAKEN, 'tracing.sample_ratio = 0');
    await fixture.caller.call(GET, { id: 1 });
    await fixture.caller.call(GET, { id: 1 }, { options: OPTIONS });
    await fixture.close();
    const [first, second] = fixture.upstream.requests.map(({ headers }) => partsOf(headers['traceparent']));
    expect([first!.flags, second!.flags]).toEqual(['00', '01']);
    const bytes = collector.requests[0]!.body.toString('latin1');
    const has = (traceId: string) => bytes.includes(Buffer.from(traceId, 'hex').toString('latin1'));
    expect([has(first!.traceId!), has(TRACE_ID)]).toEqual([false, true]);
  });

  it('are lost with a line in the log if the collector refuses them', async () => {
    await open(() => ({ status: 401, body: plantedSecret('refusal') }));
    await fixture.caller.call(GET, { id: 1 });
    await fixture.close();
    expect(warnings()).toMatchObject([
      {
        msg: 'spans are lost: the collector does not take them',
        collector: new URL(collector.url).host,
        cause: 'the collector answered 401',
        spans: 2,
      },
    ]);
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it.each([
    ['does not respond', async () => open(() => HANG)],
    [
      'cannot be reached',
      async () => open(TAKEN, `tracing.otlp.endpoint = http://127.0.0.1:${await freePort()}`),
    ],
  ])('disturb neither calls nor the stop if the collector %s', async (_, openIt) => {
    await openIt();
    expect(await fixture.caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
    await fixture.close();
    expect(warnings()).toMatchObject([{ msg: 'the last spans are lost: the collector does not respond' }]);
  });
});
