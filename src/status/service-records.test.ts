import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { CALL_ERRORS, type CallErrorCode } from '../errors.js';
import { createServiceRecords, isFailure } from './service-records.js';

const GET = { service: 'billing', procedure: 'com.billing.get_invoice', realm: 'com.example.myrealm' };

const failure = (id: string) => ({ id, status: 500, cause: `the cause of ${id}` });

function setUp() {
  const clock = createFakeClock();
  return { clock, ...createServiceRecords(clock) };
}

describe('the record of a service', () => {
  it('counts calls in flight', () => {
    const { observer, of } = setUp();
    observer.callBegan(GET);
    observer.callBegan(GET);
    observer.callEnded(GET, 'ok', 5, 1, undefined);
    expect(of('billing')).toMatchObject({ in_flight: 1, last_minute: { calls: 1 }, last_hour: { calls: 1 } });
  });

  it('keeps the failed calls with id, time and cause, and not the mistakes of callers', () => {
    const { observer, of, clock } = setUp();
    observer.callEnded(GET, 'timeout', 5, 1, failure('first'));
    clock.advance(1_000);
    observer.callEnded(GET, 'server_error', 5, 1, failure('second'));
    observer.callEnded(GET, 'bad_request', 5, 0, failure('mistake'));
    observer.callEnded(GET, 'ok', 5, 1, undefined);
    expect(of('billing').failures[0]).toEqual({
      id: 'second',
      outcome: 'server_error',
      procedure: GET.procedure,
      at: '2026-01-01T00:00:01.000Z',
      cause: 'the cause of second',
    });
    expect(of('billing').last_minute).toMatchObject({ calls: 4, errors: 2, error_ratio: 0.5 });
  });

  it('keeps the last 20 failed calls, the newest first', () => {
    const { observer, of } = setUp();
    for (let call = 1; call <= 30; call++) observer.callEnded(GET, 'timeout', 5, 1, failure(`call ${call}`));
    const ids = of('billing').failures.map(({ id }) => id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([20, 'call 30', 'call 11']);
  });

  it('counts the calls of each procedure, also after a reload', () => {
    const { observer, trafficOf } = setUp();
    const other = { ...GET, procedure: 'com.billing.create_invoice' };
    observer.callEnded(GET, 'ok', 5, 1, undefined);
    observer.callEnded({ ...GET }, 'timeout', 5, 1, failure('a'));
    observer.callEnded(other, 'ok', 5, 1, undefined);
    expect(trafficOf('billing')).toMatchObject([
      { uri: GET.procedure, realm: GET.realm, last_minute: { calls: 2, errors: 1 } },
      { uri: other.procedure, last_minute: { calls: 1, errors: 0 } },
    ]);
  });

  it('keeps the traffic of the last 15 minutes in steps of 10 seconds', () => {
    const { observer, historyOf, clock } = setUp();
    observer.callEnded(GET, 'ok', 5, 1, undefined);
    clock.advance(14 * 60_000);
    observer.callEnded(GET, 'timeout', 5, 1, failure('a'));
    const { step_seconds, calls, errors } = historyOf('billing');
    expect([step_seconds, calls.length, errors.length]).toEqual([10, 90, 90]);
    expect([calls[5], calls[89], errors[5], errors[89]]).toEqual([1, 1, 0, 1]);
    expect(calls.reduce((sum, count) => sum + count)).toBe(2);
    clock.advance(60 * 60_000);
    expect(historyOf('billing').calls.every((count) => count === 0)).toBe(true);
  });

  it('keeps the last probe and the alarm', () => {
    const { observer, of } = setUp();
    observer.probeEnded('billing', 'error', 12.4, 'connection refused');
    observer.alarmRaised('billing', 'connection refused');
    const at = '2026-01-01T00:00:00.000Z';
    expect(of('billing')).toMatchObject({
      probe: { outcome: 'error', at, duration_ms: 12, cause: 'connection refused' },
      alarm: { reason: 'connection refused', raised_at: at },
    });
    observer.probeEnded('billing', 'ok', 2, undefined);
    observer.alarmCleared('billing');
    expect(of('billing')).toMatchObject({ probe: { outcome: 'ok', cause: null }, alarm: undefined });
  });

  it('is forgotten when its service is removed', () => {
    const { observer, of, keepOnly } = setUp();
    observer.callEnded(GET, 'ok', 5, 1, undefined);
    keepOnly(['billing']);
    expect(of('billing').last_minute.calls).toBe(1);
    keepOnly(['shop']);
    expect(of('billing').last_minute.calls).toBe(0);
  });
});

describe('a failure for operators', () => {
  it('is a 5xx or an error of the gateway, and not a mistake of the caller', () => {
    const codes = Object.keys(CALL_ERRORS) as CallErrorCode[];
    const outcomes = ['ok', 'redirect', 'client_error', 'server_error', ...codes] as const;
    const spared = ['ok', 'redirect', 'client_error', 'bad_request', 'canceled'];
    expect(outcomes.filter((outcome) => !isFailure(outcome))).toEqual(
      outcomes.filter((outcome) => spared.includes(outcome)),
    );
  });
});
