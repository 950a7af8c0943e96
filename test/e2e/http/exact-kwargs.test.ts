import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** Kwargs as text, and the expected body. */
const EXACT = [
  ['2^53 + 1', '{"n":9007199254740993}'],
  ['integers of either sign and any length', '{"n":[-9007199254740993,123456789012345678901234567890]}'],
  ['an integer that looks like text', '{"n":"9007199254740993"}'],
  ['the largest safe integer', '{"n":9007199254740991}'],
  ['__proto__ on every level', '{"__proto__":{"admin":true},"a":[{"__proto__":1}]}'],
  ['__proto__ beside a big integer', '{"__proto__":{"n":9007199254740993},"n":9007199254740993}'],
  ['names of what objects have', '{"constructor":1,"toString":2,"hasOwnProperty":3,"toJSON":4}'],
  ['names that are numbers', '{"1":1,"2":2}'],
  ['an empty name', '{"":0}'],
  ['text of every kind', '{"t":"größe € 😀 \\"quoted\\" \\\\ \\n"}'],
  ['null, and empty lists and dictionaries', '{"a":null,"b":[],"c":{}}'],
  ['400 levels', `{"deep":${nested(400)}}`],
] as const;

describe('kwargs in the body of a request', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await openGatewayFixture();
  });
  afterAll(() => fixture.close());

  it.each(EXACT)('%s is sent unchanged', async (_, json) => {
    fixture.upstream.clear();
    const answer = await fixture.caller.call('com.billing.create_invoice', json);
    expect(answer.kind).toBe('result');
    expect((await fixture.upstream.arrived(1)).text).toBe(json);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each(EXACT)('%s is sent unchanged, in a long message too', async (_, json) => {
    fixture.upstream.clear();
    const long = json.replace(/}$/, ` , "long": "${'ü'.repeat(1000)}", "n2":1.50 }`);
    const answer = await fixture.caller.call('com.billing.create_invoice', long);
    expect(answer.kind).toBe('result');
    const { text, headers } = await fixture.upstream.arrived(1);
    expect(text).toBe(long);
    expect(headers['content-length']).toBe(String(Buffer.byteLength(long)));
  });

  it('sends only the last of two kwargs with one name, however the names are escaped', async () => {
    fixture.upstream.clear();
    const long = 'x'.repeat(1000);
    await fixture.caller.call('com.billing.create_invoice', `{"a":1,"b":"${long}","\\u0061":2}`);
    expect((await fixture.upstream.arrived(1)).text).toBe(`{"a":2,"b":"${long}"}`);
  });

  it.each([
    ['a short message', 10],
    ['a long one', 1000],
  ])('sends a name once if it occurs twice within a kwarg, in %s', async (_, length) => {
    fixture.upstream.clear();
    const pad = 'x'.repeat(length);
    const order = '{"role":"user","roles":[{"a":1,"\\u0061":2}],"role":"admin"}';
    await fixture.caller.call('com.billing.create_invoice', `{"order":${order},"pad":"${pad}"}`);
    expect((await fixture.upstream.arrived(1)).text).toBe(
      `{"order":{"role":"admin","roles":[{"a":2}]},"pad":"${pad}"}`,
    );
  });

  it('writes all digits of a large integer in path and query', async () => {
    fixture.upstream.clear();
    await fixture.caller.call('com.billing.get_invoice', '{"id":9007199254740993,"n":[18014398509481985,1]}');
    expect((await fixture.upstream.arrived(1)).url).toBe(
      '/invoices/9007199254740993?n=18014398509481985&n=1',
    );
  });

  it('refuses a number in a body that does not fit into a double, in long and in short messages', async () => {
    for (const length of [1, 1000]) {
      fixture.upstream.clear();
      const answer = await fixture.caller.call(
        'com.billing.create_invoice',
        `{"n":1e400,"x":"${'x'.repeat(length)}"}`,
      );
      expect(answer.kwargs).toMatchObject({ code: 'bad_request' });
      expect(fixture.upstream.requests).toHaveLength(0);
    }
  });

  it.each(['{"id":1e400}', '{"id":1,"q":-1e400}', '{"id":1,"_headers":{"X-A":[1e400]}}'])(
    'refuses a number that cannot be written as text: %s',
    async (kwargs) => {
      fixture.upstream.clear();
      const answer = await fixture.caller.call('com.billing.get_invoice', kwargs);
      expect(answer.kwargs).toMatchObject({ code: 'bad_request' });
      expect(fixture.upstream.requests).toHaveLength(0);
    },
  );

  it('treats __proto__ as an ordinary query parameter', async () => {
    fixture.upstream.clear();
    await fixture.caller.call('com.billing.get_invoice', '{"id":"1","__proto__":"x"}');
    expect((await fixture.upstream.arrived(1)).url).toBe('/invoices/1?__proto__=x');
  });

  it('takes no path variable from properties that objects inherit', async () => {
    const answer = await fixture.caller.call('com.billing.get_invoice', '{"__proto__":{"id":"INV-1"}}');
    expect(answer.kwargs).toMatchObject({
      code: 'bad_request',
      message: 'Missing required path variable: id',
    });
  });

  it.each([600, 1_001, 100_000])('nesting of %i levels ends its session and no other', async (levels) => {
    const ws = new WebSocket(fixture.gateway.url, ['wamp.2.json']);
    await once(ws, 'open');
    ws.send('[1,"com.example.myrealm",{"roles":{"caller":{}}}]');
    await once(ws, 'message');
    ws.send(`[48,1,{},"com.billing.create_invoice",[],{"deep":${nested(levels)}}]`);
    const [reply] = await once(ws, 'message');
    const [type, details, reason] = JSON.parse(String(reply));
    expect([type, reason]).toEqual([MESSAGE.ABORT, 'wamp.error.protocol_violation']);
    expect(details.message).toMatch(/nested deeper than 512 levels/);
    await once(ws, 'close');
    expect((await fixture.caller.call('com.billing.get_invoice', { id: '1' })).kind).toBe('result');
  });
});
