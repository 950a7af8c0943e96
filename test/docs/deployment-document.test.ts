import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load-config.js';
import { billingConf } from '../support/billing-conf.js';
import { readDocument, tableBelow } from '../support/documents.js';

const DOCUMENT = readDocument('docs/deployment.md');
const MB = 1e6;

/** The number in the last cell of a row: `45 s`, `64 MB`. */
const numberOf = (row: readonly string[]): number => Number.parseFloat(row.at(-1)!);

describe('docs/deployment.md', () => {
  const [L, T, R, S] = tableBelow(DOCUMENT, '## Capacity of one gateway').map(numberOf) as [
    number,
    number,
    number,
    number,
  ];
  const keys = /^Keys that the example sets: (.*?)\. All/ms.exec(DOCUMENT)![1]!;
  const lines = [...keys.matchAll(/`([\w.]+ = \w+)`/g)].map(([, line]) => `+${line}`);
  const { settings } = parseConfig(billingConf('http://billing.example.com', ...lines), { env: {} })
    .services[0]!;
  const seconds = (key: 'timeout' | 'deadline' | 'liveness.interval' | 'liveness.timeout') =>
    settings[key] / 1000;
  const size = settings['pool.size'];
  const waiting = settings['pool.max_waiting'];
  const checkout = settings['pool.checkout_timeout'] / 1000;

  it('computes connections and queue as its formulas say', () => {
    expect(lines).toHaveLength(5);
    expect(tableBelow(DOCUMENT, '### Connections and queue').map(numberOf)).toEqual([
      L * T,
      2 * L * T,
      size / T,
      (size / T) * checkout,
    ]);
    expect(size).toBe(2 * L * T);
    expect(waiting).toBe((size / T) * checkout);
  });

  it('computes times as its formulas say', () => {
    expect(tableBelow(DOCUMENT, '### Time').map(numberOf)).toEqual([
      seconds('deadline'),
      size / seconds('timeout'),
      Math.min(waiting, L * checkout),
      settings['liveness.failure_threshold'] *
        (1.1 * seconds('liveness.interval') + seconds('liveness.timeout')),
    ]);
  });

  it('computes memory as its formulas say', () => {
    const parts = [
      150,
      (S * 12) / 1000,
      (size * (25 + 2 * R)) / 1000,
      (waiting * 6) / 1000,
      Math.round(settings['pool.max_waiting_bytes'] / 2 ** 20),
    ];
    const sum = parts.reduce((total, part) => total + part, 0);
    const worst = size * 2 * Math.round(settings['pool.max_response_size'] / MB);
    const figures = tableBelow(DOCUMENT, '### Memory').map(numberOf);
    expect(figures).toEqual([...parts, sum, worst].map(Math.round));
    expect(DOCUMENT).toContain(`it would be ${size * 2 * 16} MB here`);
  });
});
