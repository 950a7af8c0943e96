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

describe('origins', () => {
  it('let programs in, which send none', () => {
    expect(upgrade({})).toHaveProperty('serializer.name', 'json');
    expect(upgrade({}, [])).toHaveProperty('serializer.name', 'json');
  });
  it.each(['http://localhost', 'http://localhost:5173', 'https://127.0.0.1:8443', 'http://[::1]:8080'])(
    'let in a page of this machine by default: %s',
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
  ])('keep out any other by default: %s', (origin) => {
    expect(upgrade({ origin })).toMatchObject({ status: 403 });
  });
  it('let in those that are named, and no other', () => {
    const named = ['https://app.example.com'];
    expect(upgrade({ origin: 'https://app.example.com' }, named)).toHaveProperty('serializer.name', 'json');
    expect(upgrade({ origin: 'http://localhost:5173' }, named)).toMatchObject({ status: 403 });
    expect(upgrade({ origin: 'https://evil.example.com' }, ['*'])).toHaveProperty('serializer.name', 'json');
  });
});

it('names what is supported where the client offers nothing of it', () => {
  expect(upgrade({ 'sec-websocket-protocol': 'wamp.2.ubjson, mqtt' })).toMatchObject({
    status: 400,
    message: expect.stringContaining('wamp.2.json'),
  });
  expect(upgrade({}, undefined, '/other')).toMatchObject({
    status: 404,
    message: expect.stringContaining('/ws'),
  });
});

it.each(['8', '12', '013', '13, 8', ''])('requires version 13 of WebSocket, not "%s"', (version) => {
  expect(upgrade({ 'sec-websocket-version': version })).toMatchObject({ status: 426 });
  expect(refusalFields(426)).toMatchObject({ upgrade: 'websocket', 'sec-websocket-version': '13' });
});
