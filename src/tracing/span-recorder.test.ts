import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepSpans } from '../../test/support/spans.js';
import { compileProcedure } from './span-facts.js';
import { createSpanRecorder, type IsSampled } from './span-recorder.js';

const PROCEDURE = compileProcedure({
  service: 'billing',
  procedure: 'com.billing.get_invoice',
  realm: 'com.example.myrealm',
  method: 'GET',
  host: '[::1]:8080',
  path: '',
  adds: { traceparent: true, tracestate: true },
});
const PARENT = { traceId: 'a'.repeat(32), parentId: 'b'.repeat(16), flags: 1, tracestate: 'acme=1' };

function record(isSampled?: IsSampled) {
  const clock = createFakeClock();
  const { provider, spans } = keepSpans();
  const recorder = createSpanRecorder({ provider, isSampled, clock, random: () => 1 / 3 });
  return { clock, recorder, spans };
}

describe('the recorder of spans', () => {
  it('gives spans the times of the gateway’s clock', () => {
    const { clock, recorder, spans } = record();
    const startedAt = clock.monotonic();
    clock.advance(10);
    const call = recorder.call(PROCEDURE, PARENT, startedAt);
    const attempt = call!.attempt();
    clock.advance(200);
    attempt.responded(200);
    clock.advance(5);
    call!.responded(200);
    expect(spans().map(({ span }) => span.duration)).toEqual([
      [0, 200_000_000],
      [0, 215_000_000],
    ]);
  });

  it('names a request without a path by its method, and an IPv6 address without brackets', () => {
    const { recorder, spans } = record();
    recorder.call(PROCEDURE, undefined, 0)!.attempt().responded(200);
    expect(spans()).toMatchObject([{ name: 'GET' }]);
    expect(spans()[0]!.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '::1',
      'server.port': 8080,
    });
  });

  it('leaves out an attempt that was not sent, and does not count it', () => {
    const { recorder, spans } = record();
    const call = recorder.call(PROCEDURE, PARENT, 0)!;
    // Its token has expired.
    call.attempt();
    call.attempt().responded(503);
    call.attempt().responded(200);
    expect(spans().map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1]);
  });

  it('continues a trace that is not sampled without spans', () => {
    const { recorder, spans } = record((parent) => parent?.flags === 1);
    const [begun, unsampled] = [undefined, { ...PARENT, flags: 0 }].map((parent) =>
      recorder.call(PROCEDURE, parent, 0),
    );
    expect(begun!.traceId).toBe('5'.repeat(32));
    expect(begun!.attempt().headers).toEqual(['traceparent', `00-${'5'.repeat(32)}-${'5'.repeat(16)}-00`]);
    expect(unsampled!.attempt().headers).toEqual([
      'traceparent',
      `00-${PARENT.traceId}-${'5'.repeat(16)}-00`,
      'tracestate',
      'acme=1',
    ]);
    const request = { service: 'billing', method: 'POST', host: 'idp.example.com:443', path: '/token' };
    expect(recorder.tokenRequest(request)).toBeUndefined();
    expect(begun!.tokenRequest(request)).toBeUndefined();
    begun!.failed('connect', 'id', 'cause');
    expect(spans()).toEqual([]);
    recorder.call(PROCEDURE, PARENT, 0)!.responded(200);
    expect(spans()).toHaveLength(1);
  });
});
