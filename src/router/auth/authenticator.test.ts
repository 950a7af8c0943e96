import { describe, expect, it } from 'vitest';
import { keepLog } from '../../../test/support/log-lines.js';
import { jsonText } from '../../json-text/json-text.js';
import type { Payload } from '../../wamp/payload.js';
import { WampError } from '../../wamp/wamp-error.js';
import { createAskAuthenticator } from './authenticator.js';

function setUp(answer: () => Payload) {
  const calls: unknown[][] = [];
  const log = keepLog();
  const ask = createAskAuthenticator({
    realm: 'r',
    procedure: 'com.example.authenticate',
    timeout: 5000,
    log: log.log,
    async call(...call) {
      calls.push(call);
      return answer();
    },
  });
  return { ask, calls, log };
}

const answers = (value: unknown) => setUp(() => ({ args: [value] })).ask('joe', {});
const throws = (uri: string) => () => {
  throw new WampError(uri, { args: ['S3CR3T'] });
};

describe('asking an authenticator', () => {
  it('calls it with realm, authid and details', async () => {
    const { ask, calls } = setUp(() => ({ args: ['user'] }));
    await ask('joe', { ticket: 't' });
    await ask(undefined, { authextra: { pubkey: 'ab' } });
    expect(calls).toEqual([
      ['r', 'com.example.authenticate', ['r', 'joe', { ticket: 't' }], 5000],
      ['r', 'com.example.authenticate', ['r', null, { authextra: { pubkey: 'ab' } }], 5000],
    ]);
  });

  it('accepts a role, or a dictionary with one', async () => {
    const nothing = { kind: 'known', authid: undefined, cra: undefined, scram: undefined, pubkey: undefined };
    expect(await answers('user')).toEqual({ ...nothing, authrole: 'user' });
    expect(
      await answers({ role: 'user', authid: 'joe2', extra: { a: 1 }, realm: 'r', pubkey: 'AB' }),
    ).toEqual({
      ...nothing,
      authrole: 'user',
      authid: 'joe2',
      authextra: { a: 1 },
      meta: { a: 1 },
      pubkey: 'ab',
    });
    expect(await answers({ role: 'user', meta: { b: 2 }, extra: { a: 1 } })).toEqual({
      ...nothing,
      authrole: 'user',
      authextra: { a: 1 },
      meta: { b: 2 },
    });
    expect(await answers({ role: 'user', authid: null })).toEqual({ ...nothing, authrole: 'user' });
    expect(await setUp(() => ({ kwargs: { role: 'user' } })).ask('joe', {})).toEqual({
      ...nothing,
      authrole: 'user',
    });
    expect(await setUp(() => ({ args: jsonText('["user"]') })).ask('joe', {})).toEqual({
      ...nothing,
      authrole: 'user',
    });
  });

  it('accepts a secret, salted or not, and the keys of SCRAM', async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    expect(await answers({ role: 'user', secret: 's' })).toMatchObject({
      cra: { key: 's', salting: undefined },
    });
    expect(await answers({ role: 'user', secret: 's', salt: 'x', iterations: 50, keylen: 32 })).toMatchObject(
      {
        cra: { key: 's', salting: { salt: 'x', iterations: 50 } },
      },
    );
    expect(await answers({ role: 'user', secret: 's', salt: 'x' })).toMatchObject({
      cra: { salting: { iterations: 1000 } },
    });
    const scram = { kdf: 'pbkdf2', salt: 'eA==', iterations: 4096, stored_key: key, server_key: key };
    expect(await answers({ role: 'user', ...scram })).toMatchObject({
      scram: { salt: 'eA==', iterations: 4096 },
    });
    expect(await answers({ role: 'user', ...scram, server_key: 'short' })).toMatchObject({
      scram: undefined,
    });
  });

  it.each([
    ['nothing', []],
    ['null', [null]],
    ['a number', [5]],
    ['a list', [['user']]],
    ['no role', [{ authid: 'joe' }]],
    ['an empty role', ['']],
    ['the role that means everybody', ['all']],
    ['the role of anonymous clients', [{ role: 'anonymous' }]],
    ['another realm', [{ role: 'user', realm: 'other' }]],
    ['a name that is not a string', [{ role: 'user', authid: 5 }]],
    ['an empty name', [{ role: 'user', authid: '' }]],
    ['a long role', ['x'.repeat(5000)]],
    ['a long name', [{ role: 'user', authid: 'x'.repeat(5000) }]],
    ['a long salt', [{ role: 'user', secret: 's', salt: 'x'.repeat(5000) }]],
    ['a long secret', [{ role: 'user', secret: 'x'.repeat(5000) }]],
    ['a large extra', [{ role: 'user', extra: { list: Array(10_000).fill(1) } }]],
    ['a key that is not a string', [{ role: 'user', pubkey: new Uint8Array(32) }]],
    ['an empty key', [{ role: 'user', pubkey: '' }]],
    ['null for a key', [{ role: 'user', pubkey: null }]],
  ])('fails if the result is %s', async (_what, args) => {
    const { ask, log } = setUp(() => ({ args }));
    expect(await ask('joe', {})).toEqual({ kind: 'failed' });
    expect(log.records()).toMatchObject([
      { level: 'warn', procedure: 'com.example.authenticate', realm: 'r' },
    ]);
  });

  it('denies the login on an error of the procedure, and fails on errors of the call itself', async () => {
    expect(await setUp(throws('com.example.no_such_user')).ask('joe', {})).toEqual({ kind: 'denied' });
    expect(await setUp(throws('wamp.error.not_authorized')).ask('joe', {})).toEqual({ kind: 'denied' });
    for (const uri of [
      'wamp.error.no_such_procedure',
      'wamp.error.timeout',
      'wamp.error.canceled',
      'wamp.error.network_failure',
      'wamp.error.runtime_error',
      'wamp.error.unavailable',
      'bondy.error.too_many_requests',
    ]) {
      const { ask, log } = setUp(throws(uri));
      expect(await ask('joe', {})).toEqual({ kind: 'failed' });
      expect(log.records()).toMatchObject([{ level: 'warn', reason: uri }]);
      expect(log.text()).not.toContain('S3CR3T');
    }
  });
});
