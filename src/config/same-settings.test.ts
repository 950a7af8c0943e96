import { describe, expect, it } from 'vitest';
import { hideFromPrint, hideUnlisted, secretMap } from './freeze.js';
import { parseConfig } from './load-config.js';
import { isSameSettings } from './same-settings.js';

const SERVICE = `
rpc_gateway.services.s.base_url = https://example.com/{{tenant}}
rpc_gateway.services.s.auth.vars.tenant = one
rpc_gateway.services.s.auth.vars.token = hunter2
rpc_gateway.services.s.auth.fetch.url = https://idp.example.com/token
rpc_gateway.services.s.auth.fetch.token_path = access_token
rpc_gateway.services.s.auth.fetch.basic_auth.username = me
rpc_gateway.services.s.auth.fetch.basic_auth.password = hunter3
rpc_gateway.services.s.headers.X-A = a
rpc_gateway.services.s.headers.X-B = b
rpc_gateway.services.s.errors.404 = com.example.missing
rpc_gateway.services.s.procedures.p.uri = com.p
rpc_gateway.services.s.procedures.p.realm = r
rpc_gateway.services.s.procedures.p.path = /{{id:-1}}
`;

const serviceOf = (text: string) => parseConfig(text, { env: {} }).services[0];

describe('the comparison of settings', () => {
  it('finds no difference between two loads of the same text', () => {
    expect(isSameSettings(serviceOf(SERVICE), serviceOf(SERVICE))).toBe(true);
  });

  it.each([
    ['hunter2', 'hunter4'],
    ['hunter3', 'hunter4'],
    ['X-A = a', 'X-A = c'],
    ['{{id:-1}}', '{{id:-2}}'],
    ['com.example.missing', 'com.example.gone'],
    ['basic_auth.username = me', 'basic_auth.username = you'],
    ['vars.tenant', 'vars.token2 = x\nrpc_gateway.services.s.auth.vars.tenant'],
    ['procedures.p.uri = com.p', 'procedures.p.uri = com.q'],
  ])('finds that %s became %s', (before, after) => {
    const changed = SERVICE.replace(before, after);
    expect(isSameSettings(serviceOf(SERVICE), serviceOf(changed))).toBe(false);
    expect(isSameSettings(serviceOf(changed), serviceOf(SERVICE))).toBe(false);
  });

  it('sees the order of headers', () => {
    const changed = SERVICE.replace('X-A = a', 'X-C = a').replace('X-B = b', 'X-A = a');
    expect(isSameSettings(serviceOf(SERVICE), serviceOf(changed))).toBe(false);
  });

  it('sees values that are hidden from print, and not how they are hidden', () => {
    expect(isSameSettings(hideFromPrint({ a: 1 }), { a: 1 })).toBe(true);
    expect(isSameSettings(hideFromPrint({ a: 1 }), hideFromPrint({ a: 2 }))).toBe(false);
    expect(isSameSettings(secretMap([['a', '1']]), secretMap([['a', '2']]))).toBe(false);
    const hidden = (value: string) =>
      Object.defineProperty(hideUnlisted({}), 'secret', { value, enumerable: false });
    expect(isSameSettings(hidden('x'), hidden('x'))).toBe(true);
    expect(isSameSettings(hidden('x'), hidden('y'))).toBe(false);
  });

  it('does not confuse lists, maps, objects and missing values', () => {
    expect(isSameSettings([], {})).toBe(false);
    expect(isSameSettings(new Map(), {})).toBe(false);
    expect(isSameSettings(null, {})).toBe(false);
    expect(isSameSettings({ a: undefined }, {})).toBe(true);
    expect(isSameSettings([undefined], [])).toBe(false);
    expect(isSameSettings(1, '1')).toBe(false);
  });
});
