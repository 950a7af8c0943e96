import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type AuthFixture, GET, NO_TOKEN, openAuthFixture } from '../../support/auth-fixture.js';
import { ownError } from '../../support/caller.js';
import { issuing } from '../../support/idp.js';
import type { UpstreamResponse } from '../../support/recording-upstream.js';

const good = { access_token: 'good', expires_in: 3600 };

describe('a token response', () => {
  let fixture: AuthFixture;
  afterEach(() => fixture.close());

  it.each<[string, UpstreamResponse]>([
    ['empty, with 200', { body: '' }],
    ['with 204', { status: 204 }],
    ['with 302, to where there is a token', { status: 302, headers: { location: '/elsewhere' }, json: good }],
    ['with 400', { status: 400, json: { error: 'invalid_scope', ...good } }],
    ['with 500', { status: 500, json: good }],
    ['of HTML', { headers: { 'content-type': 'text/html' }, body: '<p>access_token=good</p>' }],
    ['of a form', { body: 'access_token=good&expires_in=3600' }],
    ['cut off in the middle', { body: '{"access_token":"good"' }],
    ['of two documents', { body: '{"access_token":"good"}{"access_token":"good"}' }],
    ['that is null', { body: 'null' }],
    ['that is a text', { json: 'good' }],
    ['that is a list', { json: [good] }],
    ['without the field', { json: { token: 'good' } }],
    ['with an empty token', { json: { ...good, access_token: '' } }],
    ['with a token that is null', { json: { ...good, access_token: null } }],
    ['with a token that is a number', { json: { ...good, access_token: 42 } }],
    ['with a token that is true', { json: { ...good, access_token: true } }],
    ['with a token that is a dict', { json: { ...good, access_token: { value: 'good' } } }],
    ['with a token that is a list', { json: { ...good, access_token: ['good'] } }],
    ['with a line break in the token', { json: { ...good, access_token: 'go\r\nX-Evil: od' } }],
    ['with a line break behind the token', { json: { ...good, access_token: 'good\n' } }],
    ['with a NUL in the token', { json: { ...good, access_token: 'go\0od' } }],
    ['with a token beyond Latin-1', { json: { ...good, access_token: 'gööd 日本' } }],
    ['too large to be one', { json: { padding: 'x'.repeat(1_100_000), ...good } }],
    ['in a broken coding', { headers: { 'content-encoding': 'gzip' }, body: JSON.stringify(good) }],
    ['of an event stream', { headers: { 'content-type': 'text/event-stream' }, json: good }],
  ])('%s has no token: the call ends with 503, and nothing is sent to the API', async (_, answer) => {
    fixture = await openAuthFixture({ idp: () => answer });
    const failed = await fixture.caller.call(GET, { id: 1 });
    expect(failed.uri).toBe('bondy.error.bad_gateway');
    expect(ownError(failed)).toEqual({ ...NO_TOKEN, attempts: 0, retry_after: 1 });
    expect(fixture.upstream.connections).toBe(0);
    expect(fixture.idp.requests).toHaveLength(1);
    // The response was the cause: with a valid one the same configuration works.
    fixture.idp.respondWith(issuing());
    await fixture.pass(1_000);
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
  });

  it.each(['get', 'post'])(
    'to a %s is a redirect that is not followed, whatever the API does',
    async (method) => {
      fixture = await openAuthFixture({
        lines: ['+pool.follow_redirect = on', `+auth.fetch.method = ${method}`],
        idp: ({ url }) =>
          url === '/elsewhere' ? { json: good } : { status: 302, headers: { location: '/elsewhere' } },
      });
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject(NO_TOKEN);
      expect(fixture.idp.requests.map(({ url }) => url)).toEqual(['/oauth/token']);
    },
  );

  it.each<[string, UpstreamResponse]>([
    ['with 201', { status: 201, json: good }],
    ['with 202', { status: 202, json: good }],
    [
      'of a form that says so',
      {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'access_token=good&expires_in=3600',
      },
    ],
    ['of another content type', { headers: { 'content-type': 'text/plain' }, body: JSON.stringify(good) }],
    ['without a content type', { body: JSON.stringify(good) }],
    ['with space around it', { body: `\n ${JSON.stringify(good)}\r\n ` }],
    ['with a byte order mark', { body: `\ufeff${JSON.stringify(good)}` }],
    ['in gzip', { headers: { 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify(good)) }],
    ['with big integers in it', { body: '{"id":12345678901234567890,"access_token":"good"}' }],
    ['that says token_type mac', { json: { ...good, token_type: 'mac' } }],
  ])('%s is accepted', async (_, answer) => {
    fixture = await openAuthFixture({ idp: () => answer });
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
    expect(fixture.sentTokens()).toEqual(['good']);
  });

  it.each([
    ['data.credentials.access_token', { data: { credentials: { access_token: 'nested' } } }],
    ['access.token', { access: { token: 'nested', access: { token: 'deeper' } } }],
    ['__proto__.token', JSON.parse('{"__proto__":{"token":"nested"}}')],
    ['token', { token: 'nested' }],
    ['tokens.1.value', { tokens: [{}, { value: 'nested' }] }],
  ])('has its token where token_path says: %s', async (path, json) => {
    fixture = await openAuthFixture({ lines: [`+auth.fetch.token_path = ${path}`], idp: () => ({ json }) });
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
    expect(fixture.sentTokens()).toEqual(['nested']);
  });

  it.each([
    ['constructor.name', {}],
    ['toString.name', {}],
    ['access_token.length', { access_token: 'text' }],
    ['access_token.0', { access_token: 'text' }],
    ['a.b.c', { a: { b: null } }],
    ['a.b.c', { a: 'b' }],
  ])('has no token at %s', async (path, json) => {
    fixture = await openAuthFixture({ lines: [`+auth.fetch.token_path = ${path}`], idp: () => ({ json }) });
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject(NO_TOKEN);
    expect(fixture.upstream.connections).toBe(0);
  });

  it.each([
    ['the whole response', '+auth.fetch.token_path = .', { body: 'good\n' }],
    [
      'a header of the response',
      '+auth.fetch.token_header = X-Subject-Token',
      { status: 201, headers: { 'x-subject-token': 'good' } },
    ],
  ] as [string, string, UpstreamResponse][])('may be %s', async (_, line, answer) => {
    fixture = await openAuthFixture({
      idp: () => answer,
      lines: [line],
      without: ['token_path', 'expires_in_path'],
    });
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
    expect(fixture.sentTokens()).toEqual(['good']);
  });

  describe('with error_path', () => {
    const withError = (error: unknown) => ({ json: { ...good, status: { error } } });
    const lines = ['+auth.fetch.error_path = status.error'];

    it.each(['invalid_client', 1, true, {}, [], -1])('fails by a value there: %j', async (error) => {
      fixture = await openAuthFixture({ lines, idp: () => withError(error) });
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject(NO_TOKEN);
      expect(fixture.upstream.connections).toBe(0);
    });

    it.each([null, false, '', 0, undefined])('does not fail by %j', async (error) => {
      fixture = await openAuthFixture({ lines, idp: () => withError(error) });
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
    });

    it('does not fail by properties that only JavaScript objects have', async () => {
      fixture = await openAuthFixture({ lines: ['+auth.fetch.error_path = constructor'], idp: issuing() });
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
    });

    it('without it that value has no effect', async () => {
      fixture = await openAuthFixture({ idp: () => withError('invalid_client') });
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
    });
  });
});
