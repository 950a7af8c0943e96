import { describe, expect, it } from 'vitest';
import { createRetryGate } from './retry-gate.js';

const WALL = Date.UTC(2026, 0, 1);
const response = (status: number, retryAfter?: string) => ({
  status,
  headers: retryAfter === undefined ? [] : [Buffer.from('Retry-After'), Buffer.from(retryAfter)],
  body: Buffer.alloc(0),
});

/** How long the gate is closed after one response, at its arrival. */
function closedAfter(status: number, retryAfter?: string): number {
  const gate = createRetryGate();
  gate.heard(response(status, retryAfter), () => 'a', 1_000, WALL);
  return gate.closedMs(() => 'a', 1_000);
}

describe('The gate', () => {
  it.each([
    [429, '5', 5_000],
    [503, '5', 5_000],
    [429, 'Thu, 01 Jan 2026 00:00:07 GMT', 7_000],
    [429, '3600', 60_000],
    [429, '0', 0],
    [429, 'soon', 0],
    [429, undefined, 0],
    [500, '5', 0],
    [200, '5', 0],
  ])('after a %d with Retry-After %s is closed for %d ms', (status, retryAfter, ms) => {
    expect(closedAfter(status, retryAfter)).toBe(ms);
  });

  it('is closed only for the credential of the response, and opens again', () => {
    const gate = createRetryGate();
    gate.heard(response(429, '5'), () => 'a', 0, WALL);
    expect(gate.closedMs(() => 'b', 0)).toBe(0);
    expect(gate.closedMs(() => 'a', 4_000)).toBe(1_000);
    expect(gate.closedMs(() => 'a', 5_000)).toBe(0);
  });

  it('asks for no credential when it is open for all', () => {
    const gate = createRetryGate();
    gate.heard(response(429, '5'), () => 'a', 0, WALL);
    let asked = 0;
    const credential = (): string => `caller ${++asked}`;
    gate.closedMs(credential, 4_000);
    expect(asked).toBe(1);
    gate.closedMs(credential, 5_000);
    expect(asked).toBe(1);
  });

  it('is not opened earlier by a shorter Retry-After', () => {
    const gate = createRetryGate();
    for (const seconds of ['10', '1']) gate.heard(response(429, seconds), () => 'a', 0, WALL);
    expect(gate.closedMs(() => 'a', 0)).toBe(10_000);
  });
});
