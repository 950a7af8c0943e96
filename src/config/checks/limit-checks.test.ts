import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors.js';
import { parseConfig } from '../load-config.js';

const SERVICE = 'rpc_gateway.services.billing';

/** The problems of a service with these lines, and its settings if there are none. */
function read(...lines: readonly string[]) {
  const all = [
    'base_url = https://billing.example.com',
    'procedures.get.uri = com.billing.get',
    'procedures.get.realm = com.example.realm',
  ];
  try {
    const text = [...all, ...lines].map((line) => `${SERVICE}.${line}`).join('\n');
    const config = parseConfig(text, { env: {} });
    const messages = config.notices.map(({ key, message }) => `${key.slice(SERVICE.length + 1)}: ${message}`);
    return { problems: messages, settings: config.services[0]?.settings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const messages = error.problems.map(({ key, message }) => `${key.slice(SERVICE.length + 1)}: ${message}`);
    return { problems: messages, settings: undefined };
  }
}

describe('The keys of limits', () => {
  it.each([
    ['100/1m', 100, 60_000],
    ['5/s', 5, 1_000],
    ['1 / 2h', 1, 7_200_000],
  ])('take the rate %s', (rate, count, periodMs) => {
    const { settings } = read(`limit.rate = ${rate}`, 'limit.wait = 2s', 'limit.per = caller');
    expect(settings?.['limit.rate']).toEqual({ count, periodMs });
  });

  it.each(['100', '0/1m', '/1m', '10/', 'many/1m', '10/0s', '10/5', '99999999/1s'])(
    'refuse the rate %s',
    (rate) => {
      expect(read(`limit.rate = ${rate}`).problems).toHaveLength(1);
    },
  );

  it('need a rate', () => {
    expect(read('limit.burst = 2', 'limit.per = caller', 'limit.wait = 1s').problems).toEqual([
      'limit.burst: has no effect without limit.rate',
      'limit.per: has no effect without limit.rate',
      'limit.wait: has no effect without limit.rate or limit.obey_retry_after = on',
    ]);
  });

  it('let calls wait for Retry-After', () => {
    expect(read('limit.obey_retry_after = on', 'limit.wait = 1s').problems).toEqual([]);
  });

  it('note a wait that no call can survive', () => {
    expect(read('limit.rate = 1/1s', 'limit.wait = 10s', 'deadline = 5s', 'timeout = 1s').problems).toEqual([
      'limit.wait: is not shorter than deadline, so calls that wait end with timeout',
    ]);
  });
});
