import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../test/support/answer-headers.js';
import type { ExchangeOutcome } from './exchange.js';
import { failure } from './exchange-failure.js';
import { type RetryState, retryBackoffMs, retryDelayMs } from './retry-policy.js';

const policy = { retries: 3, statuses: new Set([429, 503]) };
const state: RetryState = {
  attempts: 1,
  replayable: true,
  remainingMs: 10_000,
  nowWall: Date.UTC(2026, 0, 1),
};
const half = () => 0.5;
const answer = (status: number, headers = {}): ExchangeOutcome => ({
  kind: 'response',
  response: { status, headers: answerHeaders(headers), body: Buffer.alloc(0) },
});

describe('what may have reached the upstream', () => {
  const lost = failure('connect', true, 'reset');
  it('is not sent again by a POST without a key', () => {
    expect(retryDelayMs(lost, policy, { ...state, replayable: false }, half)).toBeUndefined();
  });
  it('is sent again where that does no harm', () => {
    expect(retryDelayMs(lost, policy, state, half)).toBe(25);
  });
  it('is not sent again by a POST after a timeout', () => {
    const late = failure('timeout', true, 'silent');
    expect(retryDelayMs(late, policy, { ...state, replayable: false }, half)).toBeUndefined();
  });
});

describe('what never left', () => {
  it.each(['connect', 'timeout', 'tls'] as const)('is sent again after %s, by any method', (code) => {
    expect(retryDelayMs(failure(code, false, ''), policy, { ...state, replayable: false }, half)).toBe(25);
  });
});

describe('what trying again cannot help', () => {
  it.each([
    ['a certificate that does not verify', failure('tls', false, '', true)],
    ['an answer that cannot be read', failure('bad_answer', true, '')],
    ['a full queue', failure('overload', false, '')],
    ['a cancelled call', { kind: 'canceled' } as const],
    ['a good answer', answer(200)],
    ['an error that is not listed', answer(500)],
  ])('%s', (_, outcome) => {
    expect(retryDelayMs(outcome, policy, state, half)).toBeUndefined();
  });
});

describe('the bounds', () => {
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

describe('listed statuses', () => {
  it('are retried, for the same methods', () => {
    expect(retryDelayMs(answer(503), policy, state, half)).toBe(25);
    expect(retryDelayMs(answer(503), policy, { ...state, replayable: false }, half)).toBeUndefined();
  });
  it('obey Retry-After in seconds and as a date', () => {
    expect(retryDelayMs(answer(503, { 'retry-after': '7' }), policy, state, half)).toBe(7_000);
    const date = new Date(state.nowWall + 3_000).toUTCString();
    expect(retryDelayMs(answer(429, { 'retry-after': date }), policy, state, half)).toBe(3_000);
  });
  it('end at a Retry-After beyond the deadline', () => {
    expect(retryDelayMs(answer(503, { 'retry-after': '10' }), policy, state, half)).toBeUndefined();
  });
  it('back off where Retry-After says nothing usable', () => {
    expect(retryDelayMs(answer(503, { 'retry-after': 'soon' }), policy, state, half)).toBe(25);
  });
});

describe('backoff', () => {
  it('doubles from 50 ms to a cap of 2 s, with full jitter', () => {
    const most = [1, 2, 3, 4, 5, 6, 7, 20].map((attempts) => retryBackoffMs(attempts, () => 1));
    expect(most).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000]);
    expect(retryBackoffMs(5, () => 0)).toBe(0);
  });
});
