import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccess } from '../../../src/admin/security/judge-request.js';
import { createGateway, type Gateway } from '../../../src/assembly/create-gateway.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { keepLog } from '../../support/log-lines.js';
import { openRawHttp, type RawHttp, rawRequest, requestText } from '../../support/raw-http.js';

const TOKEN = 'a-long-and-secret-token';
const HOST = 'Host: 127.0.0.1';
const AUTH = `Authorization: Bearer ${TOKEN}`;

const closing = closeAfterEach();
const log = keepLog('debug');
let gateway: Gateway;
/** One listener for operators only, and one that serves WAMP clients too. */
const urls: Record<string, string> = {};

beforeAll(async () => {
  const lines = [
    'listeners.ops.protocol = admin',
    'listeners.ops.port = 0',
    'listeners.both.protocol = http',
    'listeners.both.services = wamp_ws, admin_api',
    'listeners.both.port = 0',
    `admin.token = ${TOKEN}`,
    'admin.hosts = gateway.example.com',
  ];
  const config = parseConfig(billingConf('http://127.0.0.1:9', '+liveness.enabled = off', ...lines), {
    env: {},
  });
  gateway = createGateway(config, { log: log.log });
  await gateway.start();
  urls['ops'] = gateway.adminEndpoints[0]!;
  urls['both'] = gateway.endpoints[0]!.replace(/^ws(.*)\/ws$/, 'http$1');
});
afterAll(() => gateway.stop(0));

/** The service's state shows whether an action has happened. */
const isEnabled = () => gateway.status().services[0]?.state !== 'disabled';

describe.each(['ops', 'both'])('an attacker of the listener %s', (listener) => {
  const url = () => urls[listener]!;
  const statusOf = async (text: string) => (await rawRequest(url(), text)).status;

  it.each([
    ['a forged Host', 403, requestText('/status', ['Host: evil.example.com', AUTH])],
    ['a forged Host on an open path', 403, requestText('/livez', ['Host: evil.example.com'])],
    ['a Host that looks like one of ours', 403, requestText('/status', ['Host: localhost.evil.example.com'])],
    ['no Host', 400, requestText('/status', [AUTH])],
    ['no Host in HTTP/1.0', 400, `GET /status HTTP/1.0\r\n${AUTH}\r\n\r\n`],
    ['no Host on an open path', 400, requestText('/livez', [])],
    ['two Hosts', 400, requestText('/status', [HOST, 'Host: evil.example.com', AUTH])],
    ['two equal Hosts', 400, requestText('/status', [HOST, HOST, AUTH])],
    ['the absolute form', 400, requestText('http://127.0.0.1/status', [HOST, AUTH])],
    ['the absolute form of another host', 400, requestText('http://evil.example.com/status', [HOST, AUTH])],
    ['the asterisk form', 400, requestText('OPTIONS *', [HOST, AUTH])],
    ['two slashes', 400, requestText('//status', [HOST, AUTH])],
    ['an empty segment', 400, requestText('/livez//../status', [HOST])],
    ['dot segments', 400, requestText('/livez/../status', [HOST])],
    ['encoded dots', 400, requestText('/livez/%2e%2e/status', [HOST])],
    ['an encoded slash', 400, requestText('/services/billing%2fdisable', [HOST, AUTH])],
    ['a backslash', 400, requestText('/livez\\..\\status', [HOST])],
    ['a path parameter', 400, requestText('/livez;/status', [HOST])],
    ['an encoded letter', 400, requestText('/%73tatus', [HOST, AUTH])],
    ['Origin null', 403, requestText('POST /reload', [HOST, AUTH, 'Origin: null'])],
    ['a foreign Origin', 403, requestText('POST /reload', [HOST, AUTH, 'Origin: http://evil.example.com'])],
    [
      'the Origin of another port',
      403,
      requestText('POST /reload', [HOST, AUTH, 'Origin: http://127.0.0.1:1']),
    ],
    [
      'a foreign Origin with GET',
      403,
      requestText('/status', [HOST, AUTH, 'Origin: http://evil.example.com']),
    ],
    ['two Origins', 400, requestText('/status', [HOST, AUTH, 'Origin: http://127.0.0.1', 'Origin: null'])],
    ['no token', 401, requestText('/status', [HOST])],
    ['a wrong token', 401, requestText('/status', [HOST, `${AUTH}x`])],
    ['a part of the token', 401, requestText('/status', [HOST, AUTH.slice(0, -1)])],
    ['an empty token', 401, requestText('/status', [HOST, 'Authorization: Bearer '])],
    ['two tokens', 400, requestText('/status', [HOST, AUTH, `${AUTH}x`])],
    ['no token for an unknown path', 401, requestText('/nothing', [HOST])],
    ['no token for an unknown method', 401, requestText('DELETE /status', [HOST])],
    [
      'a form of a web page',
      415,
      requestText(
        'POST /services/billing/disable',
        [HOST, AUTH, 'Content-Type: text/plain', 'Content-Length: 2'],
        '{}',
      ),
    ],
    [
      'a body without a type',
      415,
      requestText('POST /services/billing/disable', [HOST, AUTH, 'Content-Length: 2'], '{}'),
    ],
    ['a preflight', 405, requestText('OPTIONS /reload', [HOST, AUTH])],
  ])('is refused with %s', async (_, status, text) => {
    const response = await rawRequest(url(), text);
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      status,
      undefined,
    ]);
    expect(response.body).not.toContain('evil');
    expect(isEnabled()).toBe(true);
  });

  it.each(['/livez', '/readyz'])('does not hinder a probe of %s in HTTP/1.0 without Host', async (path) => {
    expect(await statusOf(`GET ${path} HTTP/1.0\r\n\r\n`)).toBe(200);
  });

  it.each([
    ['two lengths', ['Content-Length: 2', 'Transfer-Encoding: chunked'], '{}'],
    ['two lengths in another order', ['Transfer-Encoding: chunked', 'Content-Length: 2'], '0\r\n\r\n'],
    ['a length twice', ['Content-Length: 2', 'Content-Length: 30'], '{}'],
    ['a signed length', ['Content-Length: +2'], '{}'],
    ['a hidden coding', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['a coding with a tab', ['Transfer-Encoding:\tchunked', 'Content-Length: 5'], '0\r\n\r\n'],
    ['a folded field', ['X: a', ' Transfer-Encoding: chunked'], ''],
    ['a space before the colon', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
  ])('smuggles no request behind %s', async (_, lines, body) => {
    const smuggled = requestText('POST /services/billing/disable', [HOST, AUTH]);
    const http = closing(await openRawHttp(url()));
    http.send(
      requestText(
        'POST /services/billing/enable',
        [HOST, AUTH, 'Content-Type: application/json', ...lines],
        body,
      ) + smuggled,
    );
    await http.closed;
    expect((await http.response()).status).toBeGreaterThanOrEqual(400);
    expect(isEnabled()).toBe(true);
  });

  it('cannot make the gateway read a large body', async () => {
    const lines = [HOST, AUTH, 'Content-Type: application/json'];
    expect(await statusOf(requestText('POST /reload', [...lines, 'Content-Length: 1000000000']))).toBe(413);
    const http = closing(await openRawHttp(url()));
    http.send(requestText('POST /reload', [...lines, 'Transfer-Encoding: chunked']));
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    for (let count = 0; count < 4; count++) http.send(chunk);
    expect((await http.response()).status).toBe(413);
    await http.closed;
  });

  it('cannot make the gateway read a large body without the token', async () => {
    const lines = [HOST, 'Content-Type: application/json', 'Content-Length: 1000000000'];
    const http = closing(await openRawHttp(url()));
    http.send(requestText('POST /reload', lines));
    expect((await http.response()).status).toBe(401);
    await http.closed;
  });

  it('cannot send a large head', async () => {
    expect(await statusOf(requestText('/status', [HOST, `X: ${'x'.repeat(20_000)}`]))).toBe(431);
    expect(await statusOf(requestText(`/${'x'.repeat(20_000)}`, [HOST]))).toBe(431);
  });

  it('learns nothing about the token from the responses', async () => {
    const wrong = ['x', TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase()];
    const bodies = new Set<string>();
    for (const token of wrong) {
      const { headers, body } = await rawRequest(
        url(),
        requestText('/status', [HOST, `Authorization: Bearer ${token}`]),
      );
      expect(headers.get('www-authenticate')).toEqual([
        'Basic realm="rpc-gateway", charset="UTF-8"',
        'Bearer realm="rpc-gateway"',
      ]);
      bodies.add(body);
    }
    expect(bodies.size).toBe(1);
  });

  it('does not fill the log, which has neither the token nor what was sent', async () => {
    const before = log.records().length;
    for (let count = 0; count < 50; count++) {
      await rawRequest(url(), requestText('/status', [HOST, 'Authorization: Bearer hunter2']));
    }
    expect(log.records().length - before).toBeLessThan(15);
    expect(log.text()).not.toMatch(new RegExp(`${TOKEN}|hunter2|evil`));
  });
});

describe('an attacker who opens many connections', () => {
  it('keeps no operator out with 1,000 idle ones', async () => {
    const url = urls['ops']!;
    const idle: RawHttp[] = [];
    for (let count = 0; count < 1_000; count++) {
      const http = await openRawHttp(url);
      closing(http);
      idle.push(http);
      if (count % 250 === 0) {
        expect((await rawRequest(url, requestText('/status', [HOST, AUTH]))).status).toBe(200);
      }
    }
    expect((await rawRequest(url, requestText('/status', [HOST, AUTH]))).status).toBe(200);
    const open = gateway.status().listeners.find(({ name }) => name === 'ops')?.connections;
    expect(open).toBeLessThanOrEqual(100);
  });

  it('keeps no operator out with requests that stop in the middle', async () => {
    const url = urls['ops']!;
    for (let count = 0; count < 150; count++)
      closing(await openRawHttp(url)).send('GET /status HTTP/1.1\r\nHo');
    expect((await rawRequest(url, requestText('/status', [HOST, AUTH]))).status).toBe(200);
  });
});

describe('the comparison of tokens', () => {
  it('compares digests of one length, so that its time does not depend on the token', () => {
    const digests = ['', 'a', TOKEN, 'x'.repeat(10_000)].map(
      (token) => createAccess({ token, hosts: [] }).token,
    );
    expect(digests.map((digest) => digest?.length)).toEqual([32, 32, 32, 32]);
  });
});
