import { distance } from 'fastest-levenshtein';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../errors.js';
import { parseConfig } from './load-config.js';

vi.mock('fastest-levenshtein', async (importOriginal) => {
  const original = await importOriginal<typeof import('fastest-levenshtein')>();
  return { ...original, distance: vi.fn(original.distance) };
});

const times = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index));

const services = (count: number, procedures: number) =>
  times(count, (s) => {
    const path = `rpc_gateway.services.service_${s}`;
    const lines = times(procedures, (p) => `${path}.procedures.procedure_${p}`);
    return [
      `${path}.base_url = https://api.example.com`,
      ...lines.flatMap((procedure, p) => [`${procedure}.uri = com.s${s}.p${p}`, `${procedure}.realm = r`]),
    ].join('\n');
  });

/** Counts how many pairs of keys are compared while the lines are loaded. */
function comparisons(lines: readonly string[]): number {
  vi.mocked(distance).mockClear();
  try {
    parseConfig(lines.join('\n'), { env: {} });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
  return vi.mocked(distance).mock.calls.length;
}

beforeEach(() => {
  vi.mocked(distance).mockClear();
});

describe('the cost of suggestions', () => {
  const foreign = times(150, (index) => `subsystem_${index}.some.key.number_${index} = 1`);
  const unknown = times(40, (index) => `listeners.main.acceptors_pool.number_${index} = 1`);
  const misspelt = times(50, (index) => `rpc_gateway.services.service_${index}.tmeoutt = 1s`);

  it('is a few comparisons for each skipped key', () => {
    expect(comparisons([...services(20, 15), ...foreign, ...unknown])).toBeLessThan(20 * 190);
  });

  it('does not grow with the number of services and procedures', () => {
    const few = comparisons([...services(50, 1), ...misspelt]);
    expect(few).toBeGreaterThan(50);
    expect(comparisons([...services(300, 5), ...misspelt])).toBeLessThan(2 * few);
  });
});
