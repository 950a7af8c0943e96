import { describe, expect, it } from 'vitest';
import { parseConfig } from './load-config.js';
import { SERVICE_SCOPE } from './schema/service.js';
import { pendingFamily } from './schema/spec.js';

describe('pendingFamily', () => {
  it('is the whole key or its first steps, never a part of a step', () => {
    const scope = { ...SERVICE_SCOPE, pending: ['auth.refresh_on', 'liveness'] };
    expect(pendingFamily(scope, 'auth.refresh_on')).toBe('auth.refresh_on');
    expect(pendingFamily(scope, 'liveness.path')).toBe('liveness');
    expect(pendingFamily(scope, 'livenesses')).toBeUndefined();
    expect(pendingFamily(scope, 'auth.vars.$var')).toBeUndefined();
  });
});

describe('the notice about a pending key', () => {
  it('appears once for each family and service, and not for defaults', () => {
    const service = (name: string) => `
rpc_gateway.services.${name}.base_url = https://api.example.com
rpc_gateway.services.${name}.procedures.p.uri = com.example.${name}
rpc_gateway.services.${name}.procedures.p.realm = com.example
`;
    expect(parseConfig(service('a'), { env: {} }).notices).toEqual([]);
    const text = `${service('a')}${service('b')}
rpc_gateway.services.b.liveness.path = /
rpc_gateway.services.a.liveness.path = /
rpc_gateway.services.a.liveness.enabled = off`;
    expect(parseConfig(text, { env: {} }).notices.map(({ line, key }) => [line, key])).toEqual([
      [10, 'rpc_gateway.services.b.liveness.*'],
      [11, 'rpc_gateway.services.a.liveness.*'],
    ]);
  });
});
