import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { FRAMES, JSON_FRAMES } from '../../support/frames.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { connectRaw, hello } from '../../support/raw-client.js';
import type { RecordedRequest } from '../../support/recording-upstream.js';

const S = 'rpc_gateway.services.shop';

/** One procedure `com.shop.<name>`; a line may begin with a full key of the service. */
function procedure(name: string, method: string, path: string, ...lines: string[]): string[] {
  const p = `${S}.procedures.${name}`;
  return [
    `${p}.uri = com.shop.${name}`,
    `${p}.realm = com.example.myrealm`,
    `${p}.method = ${method}`,
    `${p}.path = ${path}`,
    ...lines.map((line) => `${p}.${line}`),
  ];
}

const conf = (url: string): string =>
  [
    `${S}.base_url = ${url}/v1/?tenant=t1`,
    `${S}.headers.X-Service = shop`,
    `${S}.headers.X-Trace = {{trace}}`,
    `${S}.query.lang = {{lang:-en}}`,
    ...procedure(
      'search',
      'post',
      '/search?kind=order',
      'query.filter[status] = {{status}}',
      'query.tag = {{tags}}',
    ),
    ...procedure(
      'whoami',
      'get',
      '/me',
      'headers.X-User = {{caller.authid}}',
      'query.sid = {{caller.session}}',
      'query.role = {{caller.authrole}}',
      'headers.X-Realm = realm {{realm}}',
    ),
    ...procedure('rename', 'put', '/items/{{id}}', 'body.id = {{id}}', 'body.title = no. {{id}}: {{title}}'),
    ...procedure('bulk', 'post', '/bulk', 'body = {{items}}'),
    ...procedure(
      'fixed',
      'post',
      '/fixed',
      'body.type = order',
      'body.qty = {{qty:-1}}',
      'body.note = {{note}}',
      'query.dry = yes',
    ),
    ...procedure(
      'strict',
      'post',
      '/strict/{{id}}',
      'remaining = refuse',
      'body.a = {{a}}',
      'headers.X-B = {{b}}',
    ),
    ...procedure(
      'cookie',
      'get',
      '/cookie',
      'cookies.sid = {{sid}}',
      'cookies.lang = {{lang:-en}}',
      'cookies.fixed = a/b',
    ),
    ...procedure('twice', 'get', '/a/{{id}}/b/{{id}}.{{ext:-json}}'),
    ...procedure('getbody', 'get', '/report', 'remaining = body'),
    ...procedure('postquery', 'post', '/hook', 'remaining = query'),
    ...procedure('own', 'get', '/own', 'headers.X-Service = own', 'query.lang = {{tongue}}'),
    '',
  ].join('\n');

describe('templates', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await openGatewayFixture({ conf });
  });
  afterAll(() => fixture.close());

  async function request(name: string, kwargs: object | string = {}): Promise<RecordedRequest> {
    fixture.upstream.clear();
    const answer = await fixture.caller.call(`com.shop.${name}`, kwargs);
    expect(answer.kwargs).toMatchObject({ status: 200 });
    return fixture.upstream.arrived(1);
  }
  async function refusal(name: string, kwargs: object): Promise<unknown> {
    fixture.upstream.clear();
    const answer = await fixture.caller.call(`com.shop.${name}`, kwargs);
    expect([answer.uri, answer.kwargs['code']]).toEqual(['wamp.error.invalid_argument', 'bad_request']);
    expect(fixture.upstream.requests).toHaveLength(0);
    return answer.kwargs['message'];
  }

  it('put a query parameter with brackets on a POST, and the other kwargs into its body', async () => {
    const seen = await request('search', { status: 'open & due', tags: ['a', 'b'], page: 2 });
    expect([seen.method, seen.url, seen.text]).toEqual([
      'POST',
      '/v1/search?tenant=t1&kind=order&lang=en&filter%5Bstatus%5D=open%20%26%20due&tag=a&tag=b',
      '{"page":2}',
    ]);
  });

  describe.each(FRAMES)('refuse bytes, which have no text form: in $name', (frames) => {
    const bytes = frames === JSON_FRAMES ? '\0QUJD' : Buffer.from('ABC');
    it.each([
      ['a path', 'twice', { id: bytes }],
      ['a query', 'own', { tongue: bytes }],
      ['a list in a query', 'own', { tongue: ['en', bytes] }],
      ['a leftover in a query', 'postquery', { event: bytes }],
      ['a list that is left over', 'postquery', { events: [bytes] }],
      ['a cookie', 'cookie', { sid: bytes }],
    ])('in %s', async (_, name, kwargs) => {
      fixture.upstream.clear();
      const client = await connectRaw(fixture.gateway.url, frames);
      await hello(client, 'com.example.myrealm');
      client.send([MESSAGE.CALL, 1, {}, `com.shop.${name}`, [], kwargs]);
      const [type, , , , uri] = await client.next();
      client.close();
      expect([type, uri, fixture.upstream.requests.length]).toEqual([
        MESSAGE.ERROR,
        'wamp.error.invalid_argument',
        0,
      ]);
    });
  });

  it('omit an entry when its variable is missing, null or an empty list', async () => {
    expect((await request('search', { tags: [] })).url).toBe('/v1/search?tenant=t1&kind=order&lang=en');
    expect((await request('search', { status: null, tags: [null, 'x', ''] })).url).toBe(
      '/v1/search?tenant=t1&kind=order&lang=en&tag=x&tag=',
    );
  });

  it('take the caller from the router; no kwarg can forge it', async () => {
    const forged = {
      'caller.authid': 'admin',
      'caller.session': 1,
      'caller.authrole': 'root',
      realm: 'other',
      caller: { authid: 'admin' },
    };
    const seen = await request('whoami', { ...forged, caller: 'admin' });
    expect(seen.headers['x-user']).toBe(fixture.caller.authid);
    expect(seen.headers['x-realm']).toBe('realm com.example.myrealm');
    const query = new URL(seen.url, 'http://x').searchParams;
    expect([query.getAll('sid'), query.getAll('role')]).toEqual([
      [`${fixture.caller.session}`],
      ['anonymous'],
    ]);
    // The forged ones are ordinary unused kwargs.
    expect(query.get('caller.authid')).toBe('admin');
    expect(await refusal('whoami', forged)).toMatch(/"caller"/);
  });

  it('cannot be replaced by kwargs or headers of the caller', async () => {
    const seen = await request('whoami', {
      sid: 'mine',
      role: ['a', 'b'],
      tenant: 'mine',
      lang: 'de',
      _headers: { 'x-USER': 'admin', 'X-Service': 'mine', 'X-Other': 'kept' },
    });
    expect(seen.url).toBe(`/v1/me?tenant=t1&lang=de&sid=${fixture.caller.session}&role=anonymous`);
    expect(seen.rawHeaders.filter((name) => /^x-user$/i.test(name))).toHaveLength(1);
    expect(seen.headers).toMatchObject({
      'x-user': fixture.caller.authid,
      'x-service': 'shop',
      'x-other': 'kept',
    });
  });

  it('use one kwarg in path and body, and keep its type where it is the whole value', async () => {
    const seen = await request('rename', { id: 42, title: 'größe', extra: null });
    expect([seen.url, seen.text]).toEqual([
      '/v1/items/42?tenant=t1&lang=en',
      '{"id":42,"title":"no. 42: größe","extra":null}',
    ]);
    expect((await request('rename', { id: '42' })).text).toBe('{"id":"42"}');
  });

  it.each([
    ['a list', '[{"a":1},9007199254740993]', '[{"a":1},9007199254740993]'],
    ['a text', '"x"', '"x"'],
    ['a number', '5', '5'],
    ['null', 'null', 'null'],
    ['false', 'false', 'false'],
    ['a dictionary', '{"__proto__":1}', '{"__proto__":1}'],
    ['an empty list', '[]', '[]'],
  ])('make %s the whole body', async (_, items, body) => {
    const seen = await request('bulk', `{"items":${items}}`);
    expect([seen.text, seen.headers['content-type']]).toEqual([body, 'application/json']);
  });

  it('send no body when the kwarg for the whole body is missing, and refuse other kwargs', async () => {
    const seen = await request('bulk');
    expect([seen.text, seen.headers['content-type']]).toEqual(['', undefined]);
    expect(await refusal('bulk', { items: [], other: 1 })).toBe(
      'This procedure does not take the keyword argument "other"',
    );
  });

  it('may have constants and defaults', async () => {
    const seen = await request('fixed', {});
    expect([seen.url, seen.text]).toEqual([
      '/v1/fixed?tenant=t1&lang=en&dry=yes',
      '{"type":"order","qty":1}',
    ]);
    expect((await request('fixed', { qty: 0, note: false, type: 'mine' })).text).toBe(
      '{"type":"order","qty":0,"note":false}',
    );
  });

  it('are not expanded within values', async () => {
    const seen = await request('rename', { id: '{{realm}}', title: '{{caller.authid}} {{id}}' });
    expect(seen.url).toBe('/v1/items/%7B%7Brealm%7D%7D?tenant=t1&lang=en');
    expect(JSON.parse(seen.text)).toEqual({
      id: '{{realm}}',
      title: 'no. {{realm}}: {{caller.authid}} {{id}}',
    });
  });

  it('refuse unused kwargs when remaining says so', async () => {
    const seen = await request('strict', { id: 1, a: [], b: 'x', trace: 't', lang: 'de', _headers: {} });
    expect([seen.url, seen.text, seen.headers['x-b'], seen.headers['x-trace']]).toEqual([
      '/v1/strict/1?tenant=t1&lang=de',
      '{"a":[]}',
      'x',
      't',
    ]);
    expect(await refusal('strict', { id: 1, aa: 1 })).toBe(
      'This procedure does not take the keyword argument "aa"',
    );
  });

  it('encode cookies, so that one cannot become two', async () => {
    expect(
      (await request('cookie', { sid: 'a;b=c é"', _headers: { Cookie: 'x=1' } })).headers['cookie'],
    ).toBe('sid=a%3Bb=c%20%C3%A9%22; lang=en; fixed=a/b');
    expect((await request('cookie', { lang: 'de' })).headers['cookie']).toBe('lang=de; fixed=a/b');
  });

  it('fill a variable wherever it occurs, with one path segment each', async () => {
    const seen = await request('twice', { id: 'a/b?c#d%e' });
    expect(seen.url).toBe('/v1/a/a%2Fb%3Fc%23d%25e/b/a%2Fb%3Fc%23d%25e.json?tenant=t1&lang=en');
  });

  it.each([
    ['..', /must not be "\." or "\.\."/],
    ['.', /must not be "\." or "\.\."/],
    ['', /must not be empty/],
    [null, /must be text/],
    [{}, /must be text/],
    [['a'], /must be text/],
    ['\ud800', /a lone surrogate/],
  ])('refuse %j in a path', async (id, message) => {
    expect(await refusal('twice', { id })).toMatch(message);
  });

  it('send unused kwargs where remaining says, whatever the method', async () => {
    const get = await request('getbody', { q: [1, { a: 2 }] });
    expect([get.method, get.url, get.text, get.headers['content-type']]).toEqual([
      'GET',
      '/v1/report?tenant=t1&lang=en',
      '{"q":[1,{"a":2}]}',
      'application/json',
    ]);
    const post = await request('postquery', { q: [1, true], empty: '', none: null });
    expect([post.method, post.url, post.text]).toEqual([
      'POST',
      '/v1/hook?tenant=t1&lang=en&q=1&q=true&empty=',
      '',
    ]);
    expect(await refusal('postquery', { q: { a: 1 } })).toMatch(/"q"/);
  });

  it('of a procedure take precedence over those of its service', async () => {
    const seen = await request('own', { tongue: 'fr' });
    expect([seen.url, seen.headers['x-service']]).toEqual(['/v1/own?tenant=t1&lang=fr', 'own']);
    expect(seen.rawHeaders.filter((name) => name.toLowerCase() === 'x-service')).toHaveLength(1);
  });
});
