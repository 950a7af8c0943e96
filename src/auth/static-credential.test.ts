import { expect, it } from 'vitest';
import { parseConfig } from '../config/load-config.js';
import type { Variables } from '../secrets/variables.js';
import { describeCredential } from './credential.js';
import { createStaticCredential } from './static-credential.js';

const REQUEST = { method: 'GET', origin: 'https://h', path: '/', headers: [], body: undefined } as const;

function applyCredential(format: string, values: Record<string, string>): unknown {
  const text = `
rpc_gateway.services.s.base_url = https://h
rpc_gateway.services.s.procedures.p.uri = com.p
rpc_gateway.services.s.procedures.p.realm = r
rpc_gateway.services.s.auth.apply.format = ${format}
rpc_gateway.services.s.auth.vars.token = some
rpc_gateway.services.s.auth.vars.other = some`;
  const settings = parseConfig(text, { env: {} }).services[0]?.settings;
  if (settings === undefined) throw new Error('no service');
  const vars = { current: () => new Map(Object.entries(values)), onChange() {} } as unknown as Variables;
  const control = {} as never;
  return createStaticCredential(describeCredential(settings), vars).apply(REQUEST, control, 0);
}

it('a static credential is placed in the request', () => {
  expect(applyCredential('Key {{token}}', { token: 'k' })).toMatchObject({
    kind: 'ready',
    request: { headers: ['Authorization', 'Key k'] },
  });
});

it.each([
  ['{{token}}', { token: '' }],
  ['Key {{token}}', { token: '' }],
  ['{{other}}', { token: 'k', other: '' }],
])('a static credential that is empty counts as missing: %s', (format, values) => {
  expect(applyCredential(format, values as Record<string, string>)).toMatchObject({
    kind: 'no_credential',
    code: 'auth',
  });
});
