import { pbkdf2Sync } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { main } from './main.js';

async function run(words: readonly string[], stdin?: NodeJS.ReadableStream) {
  const host = Object.assign(createFakeHost(), stdin && { stdin });
  await main(['node', 'rpc-gateway', 'hash-password', ...words], host);
  return host;
}

describe('rpc-gateway hash-password', () => {
  it.each([
    ['a line', 'correct horse\n'],
    ['a line of Windows', 'correct horse\r\n'],
    ['a text without an end of line', 'correct horse'],
    ['the first of several lines', 'correct horse\nbattery\n'],
  ])('prints the salted hash of %s', async (_what, text) => {
    const host = await run(['--iterations', '2000'], Readable.from([text]));
    const { protocol, params, data } = JSON.parse(host.out());
    expect([host.exitCode, host.err(), protocol, params]).toEqual([
      0,
      '',
      'cra',
      { kdf: 'pbkdf2', iterations: 2000 },
    ]);
    expect(data.salt).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(data.salted_password).toBe(
      pbkdf2Sync('correct horse', data.salt, 2000, 32, 'sha256').toString('base64'),
    );
  });

  it('uses 10,000 iterations and a new salt each time', async () => {
    const hashes = [];
    for (let i = 0; i < 2; i += 1) hashes.push(JSON.parse((await run([], Readable.from(['x\n']))).out()));
    expect(hashes.map(({ params }) => params.iterations)).toEqual([10_000, 10_000]);
    expect(hashes[0].data.salt).not.toBe(hashes[1].data.salt);
  });

  it('asks a terminal for the password and does not show it', async () => {
    const host = await run([], Object.assign(Readable.from(['correct horse\n']), { isTTY: true }));
    expect(host.err()).toBe('Password: \n');
    expect(host.out()).not.toContain('horse');
    expect(host.exitCode).toBe(0);
  });

  it('fails without a password, or with a wrong number of iterations', async () => {
    for (const stdin of [undefined, Readable.from(['']), Readable.from(['\n'])]) {
      const host = await run([], stdin);
      expect([host.exitCode, host.out(), host.err()]).toEqual([1, '', 'There is no password on stdin.\n']);
    }
    for (const rounds of ['0', '999', 'many', '99999999']) {
      expect((await run(['--iterations', rounds], Readable.from(['x']))).exitCode).toBe(2);
    }
  });
});
