import { describe, expect, it } from 'vitest';
import { createRollingFigures, durationClassOf } from './rolling-figures.js';

const NONE = { calls: 0, errors: 0, error_ratio: 0, p50_ms: null, p99_ms: null };

describe('figures of the last minute', () => {
  const create = () => createRollingFigures(10_000, 6);

  it('are empty before the first call', () => {
    expect(create().figures(0)).toEqual(NONE);
  });

  it('count calls and errors, and their ratio', () => {
    const figures = create();
    for (let call = 0; call < 8; call++) figures.add(durationClassOf(10), call < 2, 1_000);
    expect(figures.figures(2_000)).toMatchObject({ calls: 8, errors: 2, error_ratio: 0.25 });
  });

  it.each([0.05, 0.3, 1, 7.3, 42, 990, 61_000, 3_000_000])('know a percentile of %d ms to 10 %%', (ms) => {
    const figures = create();
    figures.add(durationClassOf(ms), false, 0);
    const { p50_ms, p99_ms } = figures.figures(0);
    expect(p50_ms).toBe(p99_ms);
    expect(Math.abs((p50_ms as number) - Math.max(ms, 0.1)) / Math.max(ms, 0.1)).toBeLessThan(0.1);
  });

  it('tell the median from the 99th percentile', () => {
    const figures = create();
    for (let call = 0; call < 98; call++) figures.add(durationClassOf(10), false, 0);
    for (let call = 0; call < 2; call++) figures.add(durationClassOf(1_000), false, 0);
    const { p50_ms, p99_ms } = figures.figures(0);
    expect(p50_ms).toBeLessThan(12);
    expect(p99_ms).toBeGreaterThan(900);
  });

  it('forget calls after a minute, step by step', () => {
    const figures = create();
    figures.add(durationClassOf(10), true, 5_000);
    figures.add(durationClassOf(20), false, 35_000);
    expect(figures.figures(59_999).calls).toBe(2);
    expect(figures.figures(60_000).calls).toBe(1);
    expect(figures.figures(90_000)).toEqual(NONE);
  });

  it('do not count old calls again after a long time without calls', () => {
    const figures = create();
    figures.add(durationClassOf(10), true, 5_000);
    figures.add(durationClassOf(10), false, 605_000);
    expect(figures.figures(605_000)).toMatchObject({ calls: 1, errors: 0 });
  });

  it('take any duration', () => {
    const figures = create();
    for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e12])
      figures.add(durationClassOf(ms), false, 0);
    expect(figures.figures(0).calls).toBe(5);
  });
});
