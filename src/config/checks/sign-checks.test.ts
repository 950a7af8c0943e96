import { describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import type { ConfigError } from '../../errors.js';
import { parseConfig } from '../load-config.js';

function problemsOf(...lines: string[]): string[] {
  try {
    parseConfig(billingConf('https://api.example.com', ...lines), { env: {} });
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ key, message }) => `${key}: ${message}`);
  }
}
const SIGN = [
  '+auth.sign = aws_sigv4',
  '+auth.sign.region = eu-central-1',
  '+auth.sign.service = execute-api',
];

describe('the keys of signed requests', () => {
  it.each([
    [SIGN],
    [[...SIGN, '+auth.vars.key = k', '+headers.X-Api-Key = {{vars.key}}']],
    [[...SIGN, '+auth.vars.token = k', '+headers.X-Api-Key = {{vars.token}}']],
  ])('that fit each other are no problem: %j', (lines) => {
    expect(problemsOf(...lines)).toEqual([]);
  });

  it.each([
    [['+auth.sign = aws_sigv4'], 'auth.sign.region: is required with auth.sign'],
    [['+auth.sign = aws_sigv4'], 'auth.sign.service: is required with auth.sign'],
    [['+auth.sign.region = eu-central-1'], 'auth.sign.region: has no effect without auth.sign'],
    [['+auth.sign.service = s3'], 'auth.sign.service: has no effect without auth.sign'],
    [[...SIGN, '+auth.sign.service = S 3'], 'must be the name of an AWS service'],
    [[...SIGN, '+auth.sign = hmac'], 'auth.sign: must be aws_sigv4'],
    [
      [...SIGN, '+auth.fetch.url = https://h/t', '+auth.fetch.token_path = t'],
      'remove auth.sign or auth.fetch',
    ],
    [[...SIGN, '+auth.vars.token = x', '+auth.apply.name = X-Key'], 'remove auth.sign or auth.apply'],
    [[...SIGN, '+auth.vars.token = x'], 'give the variable token another name'],
    [[...SIGN, '+pool.follow_redirect = on'], 'pool.follow_redirect: must be off with auth.sign'],
    [[...SIGN, '+headers.Authorization = x'], 'the signature of auth.sign sets this header'],
    [
      [...SIGN, '+procedures.get_invoice.headers.x-amz-date = x'],
      'the signature of auth.sign sets this header',
    ],
  ])('are an error if they contradict each other: %j', (lines, message) => {
    expect(problemsOf(...lines).join('\n')).toContain(message);
  });
});
