import { describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import type { ConfigError } from '../../errors.js';
import { parseConfig } from '../load-config.js';

function problemsOf(...lines: string[]): string[] {
  const text = billingConf(
    'https://billing.example.com/api',
    '+auth.fetch.url = https://idp.example.com/token',
    '+auth.fetch.token_path = access_token',
    '+auth.fetch.body_encoding = form',
    ...lines,
  );
  try {
    parseConfig(text, { env: {} });
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ key, message }) => `${key}: ${message}`);
  }
}

describe('variables of the caller', () => {
  it.each([
    '+auth.fetch.body.user = {{caller.authid}}',
    '+auth.fetch.body.user = {{caller.meta.tenant.id:-none}}',
    '+auth.fetch.headers.X-Role = {{caller.authrole}}',
    '+auth.fetch.url = https://idp.example.com/{{realm}}/token?user={{caller.authid}}',
    '+auth.fetch.basic_auth.username = {{caller.authid}}\n+auth.fetch.basic_auth.password = x',
  ])('are allowed in the token request: %s', (line) => {
    expect(problemsOf(...line.split('\n'))).toEqual([]);
  });

  it.each([
    [
      '+auth.apply.format = Bearer {{token}} {{caller.authid}}',
      'auth.apply.format',
      'one value serves all callers',
    ],
    ['+base_url = https://{{realm}}.example.com', 'base_url', 'one value serves all callers'],
    ['+base_url = https://h/{{caller.authid:-x}}', 'base_url', 'one value serves all callers'],
    ['+auth.fetch.body.user = {{caller.session}}', 'auth.fetch.body.user', 'each session would get a token'],
    ['+auth.fetch.body.user = {{caller.meta.}}', 'auth.fetch.body.user', 'is not a variable of the caller'],
    ['+auth.fetch.body.user = {{caller.name:-x}}', 'auth.fetch.body.user', 'is not a variable of the caller'],
    ['+auth.fetch.body.user = {{Caller.authid}}', 'auth.fetch.body.user', 'is not a variable of the caller'],
    [
      '+auth.fetch.body.user = {{vars.caller.authid}}',
      'auth.fetch.body.user',
      'is not a variable of the caller',
    ],
    [
      '+auth.fetch.url = https://{{caller.authid}}.example.com/',
      'auth.fetch.url',
      'must not choose the host',
    ],
    ['+auth.fetch.url = https://idp.example.com:{{realm:-1}}/', 'auth.fetch.url', 'must not choose the host'],
    ['+auth.cache.max_entries = 5', 'auth.cache.max_entries', 'all callers share one token'],
  ])('are an error elsewhere: %s', (line, key, message) => {
    const found = problemsOf(line);
    expect(found).toEqual([expect.stringMatching(`billing.${key}: .*${message}`)]);
  });

  it('from meta need the router of the gateway', () => {
    const router = ['router.url = ws://127.0.0.1:8080/ws', 'router.sessions.a.realm = com.example.myrealm'];
    expect(problemsOf('+auth.fetch.body.user = {{caller.authid}}', ...router)).toEqual([]);
    expect(problemsOf('+auth.fetch.body.user = {{caller.meta.tenant}}', ...router)).toEqual([
      expect.stringContaining('with router.url, no router tells the meta of a caller'),
    ]);
  });
});
