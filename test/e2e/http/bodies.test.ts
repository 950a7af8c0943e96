import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import type { UpstreamResponse } from '../../support/recording-upstream.js';

/** JSON that a careless parser would change: the text must stay the same. */
const EXACT = [
  ['2^53 + 1', '9007199254740993'],
  ['a huge integer', '-123456789012345678901234567890'],
  ['an integer in a list', '[1,9007199254740993]'],
  ['__proto__', '{"__proto__":{"admin":true},"a":1}'],
  ['constructor', '{"constructor":{"prototype":{"admin":true}}}'],
  ['a key given twice', '{"a":1,"a":2}'],
  ['digits that a double cannot hold', '{"price":0.12345678901234567890123}'],
  ['a number beyond doubles', '[1e400,-0,1.0]'],
  ['an escaped half character', '"\\ud800"'],
  ['line separators', '"\u2028\u2029"'],
  ['characters beyond the basic plane', '{"😀":"𝄞"}'],
  ['space and order', ' { "b" : 1 ,\n "a" : 2 } '],
  ['text that looks like binary', '"\\u0000AAEC"'],
  ['null', 'null'],
  ['false', 'false'],
] as const;

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('The body of a response', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await openGatewayFixture({
      lines: [
        '+procedures.head_invoice.uri = com.billing.head_invoice',
        '+procedures.head_invoice.realm = com.example.myrealm',
        '+procedures.head_invoice.method = head',
        '+procedures.head_invoice.path = /invoices/{{id}}',
        '+procedures.head_invoice.response.headers = content-length, content-type',
        ...(['json', 'text', 'bytes'] as const).flatMap((decode) => [
          `+procedures.${decode}.uri = com.billing.${decode}`,
          `+procedures.${decode}.realm = com.example.myrealm`,
          `+procedures.${decode}.response.decode = ${decode}`,
          `+procedures.${decode}.response.headers = content-disposition`,
        ]),
      ],
    });
  });
  afterAll(() => fixture.close());

  const get = (type: string | undefined, body: string | Uint8Array, more: UpstreamResponse = {}) => {
    const headers = { ...(type !== undefined && { 'content-type': type }), ...more.headers };
    fixture.upstream.respondWith(() => ({ ...more, headers, body }));
    return fixture.caller.call('com.billing.get_invoice', { id: '1' });
  };
  const bodyOf = async (...given: Parameters<typeof get>) => (await get(...given)).kwargs['body'];

  describe('JSON', () => {
    it.each(EXACT)('%s reaches the caller unchanged', async (_, json) => {
      const { frame } = await get('application/json', json);
      expect(frame).toBe(`[50,${fixture.caller.lastRequest},{},[],{"status":200,"body":${json}}]`);
    });

    it.each(EXACT)('%s reaches the caller unchanged in an error', async (_, json) => {
      const { frame } = await get('application/json', json, { status: 404 });
      expect(frame).toBe(
        `[8,48,${fixture.caller.lastRequest},{},"wamp.error.not_found",[],{"status":404,"body":${json}}]`,
      );
    });

    it.each([
      undefined,
      'application/json',
      'Application/JSON; charset=UTF-8',
      'text/json',
      'application/problem+json',
      'application/vnd.api+json; version=1',
      'application/ld+json;profile="a;b"',
      'application/x-amz-json-1.1',
      'application/vnd.a+b+json',
      'application/json,application/json',
      'application/json charset=utf-8',
      'application/json; charset=utf8mb4',
      'application/x-ndjson',
    ])('is decoded when the Content-Type is %s', async (type) => {
      expect(await bodyOf(type, '{"a":1}')).toEqual({ a: 1 });
    });

    it('is text when it does not parse', async () => {
      expect(await bodyOf('application/json', '{"a":1')).toBe('{"a":1');
      expect(await bodyOf('application/json', "{'a':1}")).toBe("{'a':1}");
      expect(await bodyOf(undefined, 'hello')).toBe('hello');
      expect(await bodyOf('application/problem+json', 'oops', { status: 500 })).toBe('oops');
    });

    it('loses its byte order mark', async () => {
      expect(await bodyOf('application/json', '\ufeff{"a":1}')).toEqual({ a: 1 });
      expect(await bodyOf('text/plain', '\ufeffplain')).toBe('plain');
    });

    it('is text when it is only white space', async () => {
      expect(await bodyOf('application/json', ' \r\n')).toBe(' \r\n');
    });

    it('may have 900 levels of nesting', async () => {
      const { frame } = await get('application/json', nested(900));
      expect(frame).toContain(`"body":${nested(900)}}`);
    });

    it.each([1_001, 5_000, 100_000])('with %i levels of nesting is refused', async (levels) => {
      const answer = await get('application/json', nested(levels));
      expect([answer.uri, answer.kwargs['code'], answer.kwargs['attempts']]).toEqual([
        'bondy.error.bad_gateway',
        'bad_answer',
        1,
      ]);
      expect(answer.kwargs).toMatchObject({ status: 502 });
    });
  });

  describe('text', () => {
    it.each([
      'text/plain',
      'text/html; charset=utf-8',
      'text/csv',
      'application/xml',
      'image/svg+xml',
      'application/javascript',
      'application/x-www-form-urlencoded',
    ])('is decoded when the Content-Type is %s', async (type) => {
      expect(await bodyOf(type, 'a=1&b=<é>')).toBe('a=1&b=<é>');
    });

    it('is JSON when it begins like a list or a dictionary and parses', async () => {
      expect(await bodyOf('text/plain', '{"a":1}')).toEqual({ a: 1 });
      expect(await bodyOf('text/html', '[1]')).toEqual([1]);
      expect(await bodyOf('text/plain', '{nothing of the kind}')).toBe('{nothing of the kind}');
      expect(await bodyOf('text/plain', '42')).toBe('42');
      expect(await bodyOf('text/plain', 'true')).toBe('true');
    });

    it.each([
      ['text/plain; charset=iso-8859-1', Buffer.from('caf\xe9', 'latin1'), 'café'],
      ['text/plain; charset="ISO-8859-1"', Buffer.from('caf\xe9', 'latin1'), 'café'],
      ['text/plain;Charset=windows-1252', Buffer.from([0x80]), '€'],
      ['text/xml; charset=utf-16le', Buffer.from('größe', 'utf16le'), 'größe'],
      ['text/plain; charset=shift_jis', Buffer.from([0x83, 0x65]), 'テ'],
      ['text/plain; charset=koi8-r', Buffer.from([0xc1]), 'а'],
      ['text/plain; charset=nobody-knows-it', Buffer.from('é'), 'é'],
      ['application/json; charset=iso-8859-1', Buffer.from('"\xe9"', 'latin1'), 'é'],
    ])('%s is read by its charset', async (type, bytes, text) => {
      expect(await bodyOf(type, bytes)).toBe(text);
    });

    it.each(['text/plain', 'application/json', undefined])(
      'of %s with bytes that are not UTF-8 gets U+FFFD in their place, and the caller stays connected',
      async (type) => {
        const bytes = Buffer.concat([Buffer.from('"a'), Buffer.from([0xff, 0xc3]), Buffer.from('"')]);
        expect(String(await bodyOf(type, bytes))).toMatch(/^"?a\ufffd+"?$/);
        expect(await bodyOf('text/plain', 'still here')).toBe('still here');
      },
    );
  });

  it.each([
    ['image/png', Buffer.from([0x89, 0x50, 0, 0xff])],
    ['application/octet-stream', Buffer.from('{"a":1}')],
    ['application/pdf', Buffer.from('%PDF-1.7')],
  ])('%s is bytes, as WAMP JSON carries bytes', async (type, bytes) => {
    expect(await bodyOf(type, bytes)).toBe(`\0${bytes.toString('base64')}`);
    const error = await get(type, bytes, { status: 404 });
    expect(error.kwargs).toStrictEqual({ status: 404, body: `\0${bytes.toString('base64')}` });
  });

  it.each([
    ['json', 'application/octet-stream', { a: 1 }],
    ['text', 'application/json', '{"a":1}'],
    ['bytes', 'application/json', `\0${Buffer.from('{"a":1}').toString('base64')}`],
  ])('is %s when response.decode says so, on errors too', async (decode, type, body) => {
    for (const status of [200, 404]) {
      fixture.upstream.respondWith(() => ({ status, headers: { 'content-type': type }, body: '{"a":1}' }));
      const answer = await fixture.caller.call(`com.billing.${decode}`, {});
      expect(answer.kwargs).toStrictEqual({ status, body, headers: {} });
    }
  });

  it('has headers in UTF-8, or in Latin-1 when they are not UTF-8', async () => {
    for (const encoding of ['utf8', 'latin1'] as const) {
      const raw = Buffer.from(
        'HTTP/1.1 200 OK\r\nContent-Disposition: Zürich\r\nContent-Length: 0\r\n\r\n',
        encoding,
      );
      fixture.upstream.respondWith(() => ({ raw, afterwards: 'close' }));
      const answer = await fixture.caller.call('com.billing.text', {});
      expect(answer.kwargs['headers']).toStrictEqual({ 'content-disposition': 'Zürich' });
    }
  });

  it.each(['application/json', 'text/plain', 'image/png', undefined])(
    'is an empty text when the response of type %s has no body',
    async (type) => {
      expect((await get(type, '')).kwargs).toStrictEqual({ status: 200, body: '' });
    },
  );

  it('to HEAD is empty, whatever the headers announce', async () => {
    fixture.upstream.respondWith(() => ({
      headers: { 'content-length': 50_000_000, 'content-type': 'application/json' },
    }));
    const head = () => fixture.caller.call('com.billing.head_invoice', { id: '1' });
    expect((await head()).kwargs).toStrictEqual({
      status: 200,
      body: '',
      headers: { 'content-length': '50000000', 'content-type': 'application/json' },
    });
    fixture.upstream.respondWith(() => ({ headers: { 'content-encoding': 'gzip' } }));
    expect((await head()).kwargs).toStrictEqual({ status: 200, body: '', headers: {} });
    fixture.upstream.respondWith(() => ({ headers: { 'content-type': 'text/event-stream' } }));
    expect((await head()).kwargs).toMatchObject({ status: 200, body: '' });
  });

  it.each([304, 204])('with status %i is empty, whatever its headers say', async (status) => {
    expect((await get('text/event-stream', '', { status })).kwargs).toStrictEqual({ status, body: '' });
    const head = `HTTP/1.1 ${status} x\r\ncontent-length: 50000000\r\n\r\n`;
    fixture.upstream.respondWith(() => ({ raw: head, afterwards: 'hang' }));
    const answer = await fixture.caller.call('com.billing.get_invoice', { id: '1' });
    expect(answer.kwargs).toStrictEqual({ status, body: '' });
    expect(await bodyOf('text/plain', 'next')).toBe('next');
  });
});
