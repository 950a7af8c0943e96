import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuthFixture, GET, openAuthFixture } from '../../support/auth-fixture.js';
import { issuing } from '../../support/idp.js';
import { leaksIn, MARK, plantedSecret } from '../../support/planted-secrets.js';
import {
  CLOSE,
  HANG,
  RESET,
  type RecordedRequest,
  type ResponseHandler,
  type UpstreamResponse,
} from '../../support/recording-upstream.js';

/** A secret in every part of the token request. */
const PLANTED = [
  `+auth.vars.client_id = ${plantedSecret('client-id')}`,
  `+auth.vars.client_secret = ${plantedSecret('client-secret')}`,
  `+auth.vars.user = ${plantedSecret('basic-user')}`,
  `+auth.vars.password = ${plantedSecret('basic-password')}`,
  `+auth.vars.tenant = ${plantedSecret('tenant')}`,
  '+auth.fetch.basic_auth.username = {{user}}',
  '+auth.fetch.basic_auth.password = {{password}}',
  '+auth.fetch.headers.X-Tenant = {{tenant}}',
  `+auth.fetch.body.literal = ${plantedSecret('literal')}`,
  '+auth.fetch.error_path = error',
];
const TOKEN = plantedSecret('token');
const giving = issuing({ access_token: TOKEN });

/** All parts of a request in one line. */
const echoOf = ({ text, rawHeaders, url }: RecordedRequest): string =>
  `${text} ${rawHeaders.join(' ')} ${url}`.replaceAll(/[^ -~]/g, '');

/** A token endpoint that repeats the request in every part of its response. */
const echoing =
  (answer: UpstreamResponse, json: object = {}): ResponseHandler =>
  (request) => {
    const echo = echoOf(request);
    return {
      reason: plantedSecret('reason'),
      ...answer,
      headers: {
        'www-authenticate': `Basic realm="${plantedSecret('realm')}", error="invalid_client", error_description="${echo}"`,
        'x-echo': echo,
        'set-cookie': `session=${plantedSecret('cookie')}`,
        ...answer.headers,
      },
      json: { error_description: echo, echo: { echo }, ...json },
    };
  };
const raw = (text: string, afterwards: 'close' | 'reset' = 'close') => ({ raw: text, afterwards });

/** Failures of a token request. */
const AT_THE_IDP: readonly (readonly [string, ResponseHandler | 'refused'])[] = [
  ['invalid_client, 400', echoing({ status: 400 }, { error: 'invalid_client' })],
  ['invalid_client, 401', echoing({ status: 401 }, { error: 'invalid_client' })],
  ['an error code of its own', echoing({ status: 400 }, { error: plantedSecret('code') })],
  ['an error that is a dict', echoing({ status: 400 }, { error: { code: plantedSecret('code') } })],
  ['500', echoing({ status: 500 })],
  ['500 with a page', ({ text }) => ({ status: 500, body: `<p>${text}</p>` })],
  ['503 and no time', echoing({ status: 503, headers: { 'retry-after': plantedSecret('retry-after') } })],
  ['a redirect', echoing({ status: 302, headers: { location: `/${plantedSecret('location')}` } })],
  ['a redirect elsewhere', echoing({ status: 307, headers: { location: `//${MARK}.invalid/` } })],
  ['200 with an error', echoing({ status: 200 }, { error: plantedSecret('error'), access_token: TOKEN })],
  ['200 with no token', echoing({ status: 200 })],
  ['200 that is no JSON', (request) => ({ body: `{"access_token": ${echoOf(request)}` })],
  ['200 that is HTML', (request) => ({ headers: { 'content-type': 'text/html' }, body: echoOf(request) })],
  ['301 with the token', () => ({ status: 301, json: { access_token: TOKEN } })],
  ['a token with a line break', () => ({ json: { access_token: `${TOKEN}\r\nX-Evil: ${MARK}` } })],
  ['a token beyond Latin-1', () => ({ json: { access_token: `${TOKEN} 日本` } })],
  ['a token that is a list', () => ({ json: { access_token: [TOKEN] } })],
  ['a coding that is broken', () => ({ headers: { 'content-encoding': 'gzip' }, body: TOKEN })],
  ['a coding that is unknown', () => ({ headers: { 'content-encoding': plantedSecret('br') }, body: TOKEN })],
  ['an event stream', () => ({ headers: { 'content-type': `text/event-stream;${MARK}` }, body: TOKEN })],
  ['too large a response', () => ({ json: { access_token: TOKEN.repeat(200_000) } })],
  ['no HTTP', () => raw(`${TOKEN}\r\n\r\n`)],
  ['a broken header', () => raw(`HTTP/1.1 200 OK\r\n${TOKEN} x\r\n\r\n`)],
  ['a header too long', () => raw(`HTTP/1.1 200 OK\r\nx: ${TOKEN.repeat(20_000)}\r\n\r\n`)],
  ['a body cut off', () => raw(`HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"access_token":"${TOKEN}`)],
  ['a reset in the body', () => raw(`HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n"${TOKEN}"`, 'reset')],
  ['a reset', () => RESET],
  ['a close', () => CLOSE],
  ['silence', () => HANG],
  ['a refused connection', 'refused'],
];

/** Failures of the API, which has the token. */
const AT_THE_API: readonly (readonly [string, ResponseHandler])[] = [
  [
    '401',
    ({ headers }) => ({
      status: 401,
      headers: { 'www-authenticate': `Bearer x="${headers.authorization}"` },
    }),
  ],
  [
    '403, invalid_token',
    () => ({ status: 403, headers: { 'www-authenticate': `Bearer error="invalid_token", x="${TOKEN}"` } }),
  ],
  ['404', () => ({ status: 404, reason: TOKEN, headers: { 'x-echo': TOKEN } })],
  ['200', () => ({ headers: { 'x-echo': TOKEN }, json: {} })],
  ['a reset', () => RESET],
  ['silence', () => HANG],
  ['no HTTP', ({ headers }) => raw(`${headers.authorization}\r\n\r\n`)],
  ['a broken header', ({ headers }) => raw(`HTTP/1.1 200 OK\r\n${headers.authorization} x\r\n\r\n`)],
  [
    'an unknown coding',
    ({ headers }) => ({ headers: { 'content-encoding': `${headers.authorization}` }, body: 'x' }),
  ],
];

describe('planted secrets of a token request, at log.level = debug', () => {
  let fixture: AuthFixture;
  const consoles = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
  const warned: unknown[] = [];
  const onWarning = (warning: Error) => void warned.push(warning);
  beforeEach(() => {
    for (const spy of consoles) spy.mockClear();
    process.on('warning', onWarning);
  });
  afterEach(async () => {
    process.off('warning', onWarning);
    await fixture.close();
  });

  /** Calls, and lets the timeout of one request pass if there is no response. */
  async function callInTime(): Promise<string> {
    const answer = fixture.caller.call(GET, { id: 1 });
    await fixture.caller.call('com.example.nobody');
    await fixture.settle();
    fixture.clock.advance(7_777);
    return (await answer).frame;
  }
  function expectNoLeak(frames: readonly string[]): void {
    expect(leaksIn([fixture.log.text(), ...frames].join('\n'))).toEqual([]);
    for (const spy of consoles) expect(spy).not.toHaveBeenCalled();
    expect(warned).toEqual([]);
  }

  it.each(AT_THE_IDP)('do not leak, whatever the token endpoint responds: %s', async (_, handler) => {
    fixture = await openAuthFixture({ lines: PLANTED });
    if (handler === 'refused') await fixture.idp.stop();
    else fixture.idp.respondWith(handler);
    const frames = [await callInTime()];
    expect(frames[0]).toContain('Authentication unavailable');
    // Once more in a row, and again with a living token that cannot be refreshed.
    frames.push(await callInTime());
    if (handler === 'refused') await fixture.idp.restart();
    fixture.idp.respondWith(giving);
    // Decoding takes time: the last failure may appear only now.
    do {
      await fixture.pass(4_000);
      frames.push((await fixture.caller.call(GET, { id: 3 })).frame);
    } while (!frames.at(-1)?.includes('"status":200'));
    if (handler === 'refused') await fixture.idp.stop();
    else fixture.idp.respondWith(handler);
    await fixture.pass(3_500_000, 30_000);
    await fixture.caller.call(GET, { id: 4 });
    await fixture.settle();
    fixture.clock.advance(7_777);
    const failures = fixture.log.records().filter(({ msg }) => msg === 'token request failed');
    expect(failures.length).toBeGreaterThan(1);
    expectNoLeak(frames);
  });

  it.each([
    ['a page in place of a token', 'token_path = .', { body: `<p>${TOKEN}</p>` }],
    ['lines in place of a token', 'token_path = .', { body: `${TOKEN}\n${TOKEN}` }],
    ['no token in its header', 'token_header = X-Token', { headers: { 'x-other': TOKEN }, json: { TOKEN } }],
    [
      'a token beyond Latin-1 in its header',
      'token_header = X-Token',
      raw(`HTTP/1.1 200 OK\r\nx-token: ${TOKEN} 日本\r\n\r\n`),
    ],
  ] as const)('do not leak when the token endpoint responds with %s', async (_, line, answer) => {
    const lines = [...PLANTED, `+auth.fetch.${line}`];
    fixture = await openAuthFixture({ lines, without: ['token_path', 'expires_in_path'], idp: () => answer });
    const frames = [await callInTime()];
    expect(frames[0]).toContain('Authentication unavailable');
    expectNoLeak(frames);
  });

  it('do not leak when the value at expires_in_path is not a lifetime', async () => {
    const json = { access_token: TOKEN, expires_in: plantedSecret('expires-in') };
    fixture = await openAuthFixture({ lines: PLANTED, idp: () => ({ json }) });
    const frames = [await callInTime()];
    expect(fixture.log.text()).toContain(
      'the gateway cannot read a lifetime at expires_in_path; it uses default_ttl',
    );
    expectNoLeak(frames);
  });

  it.each(AT_THE_API)('do not leak, whatever the API responds: %s', async (_, handler) => {
    fixture = await openAuthFixture({
      lines: [...PLANTED, '+retries = 0', 'log.calls = all'],
      idp: giving,
      api: handler,
    });
    const calls = [fixture.caller.call(GET, { id: 1 })];
    await fixture.upstream.arrived(1);
    await fixture.caller.call('com.example.nobody');
    // Only requests without a response still wait for it.
    fixture.clock.advance(7_777);
    calls.push(fixture.caller.call('com.example.nobody'));
    const frames = (await Promise.all(calls)).map(({ frame }) => frame);
    expect(fixture.log.text()).toMatch(/call (answered|failed)/);
    expect(fixture.sentTokens()[0]).toBe(TOKEN);
    expectNoLeak(frames);
  });

  it.each([
    'http://{{tenant}}.invalid/token',
    'https://{{tenant}}.invalid:8443/{{tenant}}?key={{client_secret}}',
    'http://127.0.0.1:1/{{client_secret}}',
    'http://localhost:1/?{{client_secret}}={{token}}',
  ])('do not leak when they are part of the URL: %s', async (url) => {
    const lines = [
      ...PLANTED,
      `+auth.fetch.url = ${url}`,
      `+auth.vars.token = ${plantedSecret('var-token')}`,
    ];
    fixture = await openAuthFixture({ lines });
    const { frame } = await fixture.caller.call(GET, { id: 1 });
    expect(frame).toContain('Authentication unavailable');
    expect(fixture.log.text()).toContain('token request failed');
    expectNoLeak([frame]);
  });

  it('do not leak when a call is cancelled, its caller disconnects or the gateway stops', async () => {
    fixture = await openAuthFixture({ lines: PLANTED, idp: giving });
    fixture.idp.hold();
    const call = fixture.caller.call(GET, { id: 1 });
    await fixture.idp.arrived(1);
    fixture.caller.cancel('kill');
    const { frame } = await call;
    void fixture.caller.call(GET, { id: 2 }).catch(() => undefined);
    await fixture.caller.call('com.example.nobody');
    fixture.caller.terminate();
    await fixture.gateway.stop(0);
    expectNoLeak([frame]);
  });
});
