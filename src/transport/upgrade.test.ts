import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createJsonSerializer } from '../wamp/serializers/json.js';
import { judgeUpgrade, refusalFields } from './upgrade.js';

const serializers = [createJsonSerializer()];
const OFFER = { 'sec-websocket-version': '13', 'sec-websocket-protocol': 'wamp.2.json' };
const upgrade = (headers: Record<string, string>, origins?: readonly string[], url = '/ws') =>
  judgeUpgrade({ url, headers: { ...OFFER, ...headers } } as unknown as IncomingMessage, {
    path: '/ws',
    origins,
    serializers,
  });

describe('the check of the origin', () => {
  it('accepts programs, which send no origin', () => {
    expect(upgrade({})).toHaveProperty('serializer.name', 'json');
    expect(upgrade({}, [])).toHaveProperty('serializer.name', 'json');
  });
  it.each(['http://localhost', 'http://localhost:5173', 'https://127.0.0.1:8443', 'http://[::1]:8080'])(
    'accepts by default a page of this machine: %s',
    (origin) => {
      expect(upgrade({ origin })).toHaveProperty('serializer.name', 'json');
    },
  );
  it.each([
    'https://evil.example.com',
    'http://localhost.evil.example.com',
    'http://127.0.0.1.evil.example.com',
    'http://evil.example.com/?localhost',
    'null',
  ])('refuses by default any other page: %s', (origin) => {
    expect(upgrade({ origin })).toMatchObject({ status: 403 });
  });
  it('accepts only the configured origins', () => {
    const named = ['https://app.example.com'];
    expect(upgrade({ origin: 'https://app.example.com' }, named)).toHaveProperty('serializer.name', 'json');
    expect(upgrade({ origin: 'http://localhost:5173' }, named)).toMatchObject({ status: 403 });
    expect(upgrade({ origin: 'https://evil.example.com' }, ['*'])).toHaveProperty('serializer.name', 'json');
  });
});

it('the refusal names the supported subprotocols if the client offers none of them', () => {
  expect(upgrade({ 'sec-websocket-protocol': 'wamp.2.ubjson, mqtt' })).toMatchObject({
    status: 400,
    message: expect.stringContaining('wamp.2.json'),
  });
  expect(upgrade({}, undefined, '/other')).toMatchObject({
    status: 404,
    message: expect.stringContaining('/ws'),
  });
});

it.each(['8', '12', '013', '13, 8', ''])(
  'the upgrade requires version 13 of WebSocket, not "%s"',
  (version) => {
    expect(upgrade({ 'sec-websocket-version': version })).toMatchObject({ status: 426 });
    expect(refusalFields(426)).toMatchObject({ upgrade: 'websocket', 'sec-websocket-version': '13' });
  },
);
