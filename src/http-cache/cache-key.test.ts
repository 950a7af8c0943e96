import { expect, it } from 'vitest';
import { createKeyMaker } from './cache-key.js';

it('tells a text from octets that look like it', () => {
  const keys = createKeyMaker('salt', new Set());
  const octets = new Uint8Array([0xc3, 0xa9]);
  const of = (body: string | Uint8Array): string =>
    keys.keyOf(
      { method: 'GET', origin: 'https://billing.example.com', path: '/', headers: [], body },
      undefined,
    );
  expect(of(octets)).toBe(of(Uint8Array.from(octets)));
  expect(of(octets)).not.toBe(of(Buffer.from(octets).toString('latin1')));
});
