import { describe, expect, it } from 'vitest';
import { jsonText } from '../json-text/json-text.js';
import { decodeMessage, ProtocolViolation } from './decode.js';
import { messageHead, messagePayload } from './encode.js';

describe('decodeMessage', () => {
  it.each([
    [[1, 'realm1', { roles: { caller: {} } }]],
    [[2, 7, { roles: {} }]],
    [[3, { message: 'm' }, 'wamp.error.x']],
    [[4, 'ticket', {}]],
    [[5, 'signature', {}]],
    [[6, {}, 'wamp.close.normal']],
    [[8, 48, 1, {}, 'com.x', ['a'], { k: 1 }]],
    [[16, 1, { acknowledge: true }, 'com.t', ['a'], { k: 1 }]],
    [[17, 1, 2]],
    [[32, 1, { match: 'exact' }, 'com.t']],
    [[33, 1, 2]],
    [[34, 1, 2]],
    [[35, 1]],
    [[35, 0, { subscription: 2 }]],
    [[36, 1, 2, {}, ['a'], { k: 1 }]],
    [[48, 1, { timeout: 5 }, 'com.a', ['a'], { k: 1 }]],
    [[49, 1, { mode: 'kill' }]],
    [[50, 1, {}, ['a'], { k: 1 }]],
    [[64, 1, { invoke: 'single' }, 'com.a']],
    [[65, 1, 2]],
    [[66, 1, 2]],
    [[67, 1]],
    [[67, 0, { registration: 2 }]],
    [[68, 1, 2, { caller: 3 }, ['a'], { k: 1 }]],
    [[69, 1, { mode: 'kill' }]],
    [[70, 1, {}, ['a'], { k: 1 }]],
    [[337, 1]],
  ])('reads %j, which encode.ts writes back unchanged', (list) => {
    const message = decodeMessage(list);
    const payload = messagePayload(message);
    expect([
      ...messageHead(message),
      ...(payload === undefined ? [] : [payload.args, payload.kwargs]),
    ]).toEqual(list);
  });

  it.each([
    [[], {}],
    [[null], {}],
    [[null, null], {}],
    [[null, { k: 1 }], { kwargs: { k: 1 } }],
    [[['a'], null], { args: ['a'] }],
    [[[], {}], { args: [], kwargs: {} }],
  ])('reads the tail %j as the payload %j, because null is never passed on', (tail, payload) => {
    expect(messagePayload(decodeMessage([70, 1, {}, ...tail]))).toEqual(payload);
  });

  it('accepts JSON text only for args and kwargs', () => {
    const [args, kwargs] = [jsonText('[1]'), jsonText('{"k":1}')];
    expect(messagePayload(decodeMessage([50, 1, {}, args, kwargs]))).toEqual({ args, kwargs });
    expect(messagePayload(decodeMessage([50, 1, {}, null, kwargs]))).toEqual({ kwargs });
    expect(() => decodeMessage([50, 1, kwargs])).toThrow('RESULT: Options must be a dictionary');
    expect(() => decodeMessage([3, kwargs, 'wamp.error.x'])).toThrow('ABORT: Details must be a dictionary');
    expect(() => decodeMessage([1, 'realm1', { roles: kwargs }])).toThrow('roles must be a dictionary');
  });

  it('accepts only request IDs from 1 to 2^53', () => {
    for (const id of [1, 2 ** 53]) expect(decodeMessage([49, id, {}])).toMatchObject({ request: id });
    for (const id of [
      0,
      -1,
      1.5,
      2 ** 53 + 2,
      NaN,
      Infinity,
      5n,
      2n ** 60n,
      '1',
      true,
      null,
      undefined,
      {},
      [1],
    ]) {
      expect(() => decodeMessage([49, id, {}])).toThrow(ProtocolViolation);
    }
  });

  it('ignores unknown options with any name, and options that are null', () => {
    const options = JSON.parse(
      '{"x":1,"__proto__":{"timeout":"x"},"constructor":1,"toString":2,"timeout":null}',
    );
    expect(decodeMessage([48, 1, options, 'com.a'])).toMatchObject({ options, procedure: 'com.a' });
  });

  it('names an option that has the wrong type, but not its value', () => {
    expect(() => decodeMessage([16, 1, { exclude_authid: ['a', 7] }, 'com.t'])).toThrow(
      'PUBLISH: exclude_authid must be a list of strings',
    );
  });

  it('accepts a packed payload only if the options name the packing', () => {
    expect(decodeMessage([16, 1, { enc_algo: 'cryptobox' }, 'com.t', 'packed'])).toMatchObject({
      payload: { opaque: 'packed' },
    });
    expect(() => decodeMessage([16, 1, {}, 'com.t', 'packed'])).toThrow('Arguments must be a list');
    expect(() => decodeMessage([16, 1, { ppt_scheme: 'x' }, 'com.t', 'packed', {}])).toThrow(
      ProtocolViolation,
    );
  });
});
