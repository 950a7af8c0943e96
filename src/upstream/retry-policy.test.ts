import { describe, expect, it } from 'vitest';
import { headerFields } from '../../test/support/header-fields.js';
import { failure } from './exchange-failure.js';
import type { ExchangeOutcome } from './exchange-outcome.js';
import { type RetryState, retryBackoffMs, retryDelayMs } from './retry-policy.js';

const policy = { retries: 3, statuses: new Set([429, 503]) };
const state: RetryState = {
  attempts: 1,
  replayable: true,
  remainingMs: 10_000,
  nowWall: Date.UTC(2026, 0, 1),
};
const half = () => 0.5;
const response = (status: number, headers = {}): ExchangeOutcome => ({
  kind: 'response',
  response: { status, headers: headerFields(headers), body: Buffer.alloc(0) },
});

describe('a request that may have reached the upstream', () => {
  const lost = failure('connect', true, 'reset');
  it('is not sent again if it is a POST without a key', () => {
    expect(retryDelayMs(lost, policy, { ...state, replayable: false }, half)).toBeUndefined();
  });
  it('is sent again if that does no harm', () => {
    expect(retryDelayMs(lost, policy, state, half)).toBe(25);
  });
  it('is not sent again after a timeout if it is a POST', () => {
    const late = failure('timeout', true, 'silent');
    expect(retryDelayMs(late, policy, { ...state, replayable: false }, half)).toBeUndefined();
  });
});

describe('a request that was not sent', () => {
  it.each(['connect', 'timeout', 'tls'] as const)('is sent again after %s, whatever its method', (code) => {
    expect(retryDelayMs(failure(code, false, ''), policy, { ...state, replayable: false }, half)).toBe(25);
  });
});

describe('an outcome that another attempt cannot change', () => {
  it.each([
    ['a certificate that does not verify', failure('tls', false, '', true)],
    ['an unreadable response', failure('bad_answer', true, '')],
    ['a full queue', failure('overload', false, '')],
    ['a cancelled call', { kind: 'canceled' } as const],
    ['a good response', response(200)],
    ['a status that is not listed', response(500)],
  ])('is final: %s', (_, outcome) => {
    expect(retryDelayMs(outcome, policy, state, half)).toBeUndefined();
  });
});

describe('a retry policy', () => {
  it('counts retries after the first attempt', () => {
    const refused = failure('connect', false, '');
    expect(retryDelayMs(refused, policy, { ...state, attempts: 3 }, half)).toBeDefined();
    expect(retryDelayMs(refused, policy, { ...state, attempts: 4 }, half)).toBeUndefined();
    expect(retryDelayMs(refused, { ...policy, retries: 0 }, state, half)).toBeUndefined();
  });
  it('does not wait beyond the deadline', () => {
    expect(
      retryDelayMs(failure('connect', false, ''), policy, { ...state, remainingMs: 25 }, half),
    ).toBeUndefined();
  });
});

describe('the statuses of retry.statuses', () => {
  it('are retried for the same methods', () => {
    expect(retryDelayMs(response(503), policy, state, half)).toBe(25);
    expect(retryDelayMs(response(503), policy, { ...state, replayable: false }, half)).toBeUndefined();
  });
  it('obey Retry-After in seconds and as a date', () => {
    expect(retryDelayMs(response(503, { 'retry-after': '7' }), policy, state, half)).toBe(7_000);
    const date = new Date(state.nowWall + 3_000).toUTCString();
    expect(retryDelayMs(response(429, { 'retry-after': date }), policy, state, half)).toBe(3_000);
  });
  it('are final if Retry-After is beyond the deadline', () => {
    expect(retryDelayMs(response(503, { 'retry-after': '10' }), policy, state, half)).toBeUndefined();
  });
  it('are retried with backoff if Retry-After is not usable', () => {
    expect(retryDelayMs(response(503, { 'retry-after': 'soon' }), policy, state, half)).toBe(25);
  });
});

describe('backoff', () => {
  it('doubles from 50 ms to a cap of 2 s, with full jitter', () => {
    const max = [1, 2, 3, 4, 5, 6, 7, 20].map((attempts) => retryBackoffMs(attempts, () => 1));
    expect(max).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000]);
    expect(retryBackoffMs(5, () => 0)).toBe(0);
  });
});
