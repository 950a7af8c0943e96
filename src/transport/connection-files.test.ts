import { describe, expect, it } from 'vitest';
import { createConnectionFiles, limitOfOpenFiles } from './connection-files.js';

describe('the open files of connections', () => {
  it.each([
    ['leave those of upstreams and of the process', 1024, 100, 860],
    ['are at least half of all', 256, 1000, 128],
    ['are not counted where the system has no limit', Number.POSITIVE_INFINITY, 25, Number.POSITIVE_INFINITY],
  ])('%s', (_what, limit, forUpstreams, max) => {
    expect(createConnectionFiles(limit, forUpstreams).max).toBe(max);
  });

  it('are taken and given back', () => {
    const files = createConnectionFiles(4, 0);
    expect([files.take(), files.take(), files.take()]).toEqual([true, true, false]);
    files.give();
    expect([files.take(), files.take()]).toEqual([true, false]);
  });
});

describe('the limit of open files', () => {
  const lines = (soft: string) =>
    `Limit                     Soft Limit           Hard Limit           Units     \nMax processes             11                   12                   processes \nMax open files            ${soft}                 4096                 files     \n`;

  it.each([
    ['256', 256],
    ['unlimited', Number.POSITIVE_INFINITY],
  ])('is the soft limit: %s', (soft, limit) => {
    expect(limitOfOpenFiles(() => lines(soft))).toBe(limit);
  });

  it('is unknown if the system does not tell it', () => {
    const missing = (): never => {
      throw new Error('ENOENT');
    };
    expect(limitOfOpenFiles(missing)).toBe(Number.POSITIVE_INFINITY);
    expect(limitOfOpenFiles(() => 'something else')).toBe(Number.POSITIVE_INFINITY);
  });
});
