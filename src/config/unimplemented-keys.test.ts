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
  it('names the line of a value that has no effect yet', () => {
    const text = `
rpc_gateway.services.a.base_url = https://api.example.com
rpc_gateway.services.a.procedures.p.uri = com.example.a
rpc_gateway.services.a.procedures.p.realm = com.example
`;
    expect(parseConfig(text, { env: {} }).notices).toEqual([]);
    const { notices } = parseConfig(`${text}listeners.a.port = 1\nlisteners.b.protocol = admin`, { env: {} });
    expect(notices.map(({ line, key }) => [line, key])).toEqual([[6, 'listeners.b.protocol']]);
  });
});
