import { describe, expect, it } from 'vitest';
import { parseConfig } from './load-config.js';

const BASE = `
rpc_gateway.services.s.base_url = https://api.example.com
rpc_gateway.services.s.procedures.p.uri = com.example.p
rpc_gateway.services.s.procedures.p.realm = com.example
`;

const load = (...lines: string[]) => parseConfig(BASE + lines.join('\n'), { env: {} });
const service = (...lines: string[]) =>
  load(...lines.map((line) => `rpc_gateway.services.s.${line}`)).services[0]!;
const procedure = (...lines: string[]) =>
  service(...lines.map((line) => (line.startsWith('/') ? line.slice(1) : `procedures.p.${line}`)))
    .procedures[0]!.settings;

describe('deadline', () => {
  it('is the time of all attempts, and at most wamp.max_call_timeout', () => {
    expect(service().settings.deadline).toBe(120_000);
    expect(service('timeout = 10s', 'retries = 0').settings.deadline).toBe(10_000);
    expect(service('timeout = 5m', 'retries = 100').settings.deadline).toBe(600_000);
    expect(service('deadline = 7s').settings.deadline).toBe(7000);
    expect(service('deadline = 20m').settings.deadline).toBe(600_000);
  });
});

describe('remaining', () => {
  it.each([
    ['get', 'query'],
    ['delete', 'query'],
    ['head', 'query'],
    ['post', 'body'],
    ['put', 'body'],
    ['patch', 'body'],
  ])('is for %s by default %s', (method, remaining) => {
    expect(procedure(`method = ${method}`).remaining).toBe(remaining);
    expect(procedure(`method = ${method}`, 'body = {{items}}').remaining).toBe('refuse');
    expect(procedure(`method = ${method}`, 'remaining = refuse').remaining).toBe('refuse');
  });
});

describe('a key that services and procedures share', () => {
  it('is merged by name: case matters for query parameters, but not for headers', () => {
    const { headers, query } = procedure(
      '/headers.X-A = s',
      'headers.x-a = p',
      '/query.a = s',
      'query.A = p',
    );
    expect(headers.map(({ name, template }) => [name, template.source])).toEqual([['x-a', 'p']]);
    expect(query.map(({ name, template }) => [name, template.source])).toEqual([
      ['a', 's'],
      ['A', 'p'],
    ]);
  });

  it('has the value of the service unless the procedure sets it', () => {
    expect(procedure('/result = args', '/idempotency_header = X-Key')).toMatchObject({
      result: 'args',
      idempotency_header: 'X-Key',
    });
    expect(procedure('/result = args', 'result = kwargs').result).toBe('kwargs');
  });
});

describe('allow_anonymous_user', () => {
  it('is by default on if every enabled listener is on a loopback address', () => {
    const allows = (...lines: string[]) => load(...lines).security.allow_anonymous_user;
    expect(allows()).toBe(true);
    expect(allows('listeners.a.ip = 127.1.2.3', 'listeners.b.ip = ::1')).toBe(true);
    expect(allows('listeners.a.ip = 127.0.0.1', 'listeners.b.ip = 0.0.0.0')).toBe(false);
    expect(allows('listeners.a.port = 1', 'listeners.b.ip = 0.0.0.0', 'listeners.b.enabled = off')).toBe(
      true,
    );
    expect(allows('listeners.b.ip = ::')).toBe(false);
    expect(allows('listeners.b.ip = ::', 'security.allow_anonymous_user = on')).toBe(true);
    expect(allows('security.allow_anonymous_user = off')).toBe(false);
  });
});

describe('listeners', () => {
  it('are by default one for WebSocket, one for RawSocket and one for operators', () => {
    const ip = '127.0.0.1';
    expect(load().listeners).toMatchObject([
      { name: 'websocket', settings: { protocol: 'websocket', ip, port: 18_080, path: '/ws' } },
      { name: 'rawsocket', settings: { protocol: 'rawsocket', ip, port: 18_082 } },
      { name: 'admin', isAdmin: true, isDefault: true, settings: { protocol: 'admin', ip, port: 18_081 } },
    ]);
  });

  it('have the max_sessions of the router by default', () => {
    const sessions = (...lines: string[]) =>
      load(...lines).listeners.map(({ settings }) => settings.max_sessions);
    expect(sessions('listeners.a.port = 1')).toEqual([100_000]);
    expect(sessions('wamp.max_sessions = 7', 'listeners.a.port = 1')).toEqual([7]);
    expect(sessions('wamp.max_sessions = 7', 'listeners.a.max_sessions = 3')).toEqual([3]);
  });

  it('include only those that are enabled', () => {
    const names = (...lines: string[]) => load(...lines).listeners.map(({ name }) => name);
    expect(names('listeners.a.enabled = off', 'listeners.b.port = 1')).toEqual(['b']);
  });
});

describe('invoke', () => {
  it('is single by default', () => {
    expect(load().services[0]?.procedures[0]?.settings.invoke).toBe('single');
  });
});
