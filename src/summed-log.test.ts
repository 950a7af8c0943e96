import { expect, it } from 'vitest';
import { createFakeClock } from '../test/support/fake-clock.js';
import { keepLog } from '../test/support/log-lines.js';
import type { LogLevel } from './log.js';
import { createSummedLog } from './summed-log.js';

function fixture({ level = 'debug' as LogLevel, max = 2, maxKinds = 500 } = {}) {
  const kept = keepLog(level);
  const clock = createFakeClock();
  const summed = createSummedLog({ log: kept.log, clock, max, windowMs: 1000, maxKinds });
  const lines = () => kept.records().map(({ level, time, ...rest }) => rest);
  return { summed, clock, kept, lines };
}

it('writes the first lines of a kind, and counts the others until the window ends', () => {
  const { summed, clock, lines } = fixture();
  for (let id = 1; id <= 5; id++) summed.warn({ cause: 'refused' }, 'call failed', { id });
  expect(lines()).toEqual([
    { cause: 'refused', id: 1, msg: 'call failed' },
    { cause: 'refused', id: 2, msg: 'call failed' },
  ]);
  clock.advance(999);
  expect(lines()).toHaveLength(2);
  clock.advance(1);
  expect(lines().slice(2)).toEqual([
    { cause: 'refused', repeated: 3, within_ms: 1000, msg: 'call failed, 3 more times: summed up' },
  ]);
});

it('distinguishes kinds by level, sentence and fields', () => {
  const { summed, lines } = fixture({ max: 1 });
  summed.warn({ cause: 'a' }, 'one');
  summed.warn({ cause: 'b' }, 'one');
  summed.warn({ cause: 'a' }, 'two');
  summed.info({ cause: 'a' }, 'one');
  expect(lines()).toHaveLength(4);
});

it('writes one line in each window of a flood if the limit is one', () => {
  const { summed, clock, lines } = fixture({ max: 1 });
  for (let step = 0; step < 50; step++) {
    summed.warn({}, 'no more descriptors');
    clock.advance(100);
  }
  // The first line, and one at the end of each of five windows.
  expect(lines()).toHaveLength(6);
  expect(lines().reduce((sum, { repeated = 1 }) => sum + Number(repeated), 0)).toBe(50);
});

it('writes single lines again when the flood is over', () => {
  const { summed, clock, lines } = fixture();
  for (let id = 1; id <= 3; id++) summed.warn({}, 'x', { id });
  clock.advance(5000);
  summed.warn({}, 'x', { id: 4 });
  summed.warn({}, 'x', { id: 5 });
  expect(lines().map(({ id }) => id)).toEqual([1, 2, undefined, 4, 5]);
});

it('runs a timer only while it holds lines back', () => {
  const { summed, clock } = fixture();
  summed.warn({}, 'x');
  summed.warn({}, 'x');
  expect(clock.pending).toBe(0);
  summed.warn({}, 'x');
  expect(clock.pending).toBe(1);
  clock.advance(5000);
  expect(clock.pending).toBe(0);
});

it('ends each window at its own time with one timer for all', () => {
  const { summed, clock, lines } = fixture({ max: 1 });
  summed.warn({}, 'quiet');
  clock.advance(400);
  for (const sentence of ['a', 'a']) summed.warn({}, sentence);
  clock.advance(300);
  for (const sentence of ['b', 'b']) summed.warn({}, sentence);
  expect(clock.pending).toBe(1);
  clock.advance(699);
  expect(lines()).toHaveLength(3);
  clock.advance(1);
  expect(lines().at(-1)).toMatchObject({ msg: 'a, 1 more time: summed up' });
  clock.advance(300);
  expect(lines().at(-1)).toMatchObject({ msg: 'b, 1 more time: summed up' });
});

it('keeps a limited number of kinds, whatever clients choose, and counts the others together', () => {
  const { summed, clock, lines } = fixture({ max: 1, maxKinds: 10 });
  for (let n = 0; n < 5000; n++) summed.info({ address: `10.0.0.${n}` }, 'turned away');
  summed.info({ address: 'x'.repeat(5000) }, 'turned away');
  // Those that are told apart, the first of the rest, and its sum.
  expect(lines()).toHaveLength(11);
  clock.advance(1000);
  expect(lines().slice(11)).toEqual([
    { repeated: 4990, within_ms: 1000, msg: 'lines of many other kinds, 4990 more times: summed up' },
  ]);
});

it('writes at its close what it still holds back, and stops its timer', () => {
  const { summed, clock, lines } = fixture();
  for (let id = 1; id <= 4; id++) summed.error({}, 'x', { id });
  clock.advance(250);
  summed.flush();
  expect(lines().at(-1)).toEqual({ repeated: 2, within_ms: 250, msg: 'x, 2 more times: summed up' });
  expect(clock.pending).toBe(0);
  summed.flush();
  expect(lines()).toHaveLength(3);
});

it('keeps nothing of lines below the log level', () => {
  const { summed, clock, kept } = fixture({ level: 'warn' });
  for (let n = 0; n < 10; n++) summed.info({}, 'x');
  expect(clock.pending).toBe(0);
  expect(kept.text()).toBe('');
});
