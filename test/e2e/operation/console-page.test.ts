import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openAdminFixture } from '../../support/admin-fixture.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openRawHttp, rawRequest, requestText } from '../../support/raw-http.js';

const closing = closeAfterEach();
const HOST = 'Host: localhost';
const POLICY = /^default-src 'self'; script-src 'self' 'sha256-[\w+/]{43}='; frame-ancestors 'none';/;

async function open(token?: string) {
  const { url } = closing(await openAdminFixture(token === undefined ? {} : { token }));
  return {
    url,
    get: (path: string, ...lines: string[]) => rawRequest(url, requestText(path, [HOST, ...lines])),
  };
}

describe('the page of the console', () => {
  it('is at / and loads only files that there are', async () => {
    const { get } = await open();
    const { status, headers, body } = await get('/');
    expect([status, headers.get('content-type')]).toEqual([200, ['text/html; charset=utf-8']]);
    expect(headers.get('content-security-policy')?.[0]).toMatch(POLICY);
    const loaded = [...body.matchAll(/(?:src|href)="(console\/[^"]+)"|"\.\/(console\/[^"]+)"/g)].map(
      ([, link, mapped]) => `/${link ?? mapped}`,
    );
    expect(loaded.length).toBeGreaterThan(6);
    const files = await Promise.all(loaded.map((path) => get(path)));
    expect(files.map((file) => file.status)).toEqual(loaded.map(() => 200));
  });

  it('has modules that import only files that there are', async () => {
    const { get } = await open();
    const seen = new Set<string>();
    async function visit(path: string): Promise<void> {
      if (seen.has(path)) return;
      seen.add(path);
      const { status, headers, body } = await get(path);
      expect([path, status, headers.get('content-type')]).toEqual([
        path,
        200,
        ['text/javascript; charset=utf-8'],
      ]);
      for (const [, name] of body.matchAll(/from ["'](\.[^"']+)["']/g)) {
        await visit(new URL(name ?? '', `http://localhost${path}`).pathname);
      }
    }
    await visit('/console/main.js');
    expect(seen.size).toBeGreaterThan(5);
  });

  it('is compressed for browsers that accept it', async () => {
    const { url } = await open();
    const { page } = await readPage(url, 'Accept-Encoding: br, gzip;q=0.8');
    const { page: plain } = await readPage(url, 'Accept-Encoding: gzip;q=0');
    expect(page.slice(0, 2)).toBe('\x1f\x8b');
    expect(gunzipSync(Buffer.from(page, 'latin1')).toString('latin1')).toBe(plain);
  });

  it('is not sent again if the browser has it', async () => {
    const { get } = await open();
    for (const coding of ['gzip', 'identity']) {
      const accept = `Accept-Encoding: ${coding}`;
      const first = await get('/console/main.js', accept);
      const tag = first.headers.get('etag')?.[0] ?? '';
      expect(first.headers.get('cache-control')).toEqual(['private, no-cache']);
      expect((await get('/console/main.js', accept, `If-None-Match: "other", W/${tag}`)).status).toBe(304);
      expect((await get('/console/main.js', accept, 'If-None-Match: "other"')).status).toBe(200);
    }
  });

  it('needs the token', async () => {
    const { get } = await open('a-long-and-secret-token');
    const basic = Buffer.from('anyone:a-long-and-secret-token').toString('base64');
    expect((await get('/')).status).toBe(401);
    expect((await get('/console/main.js')).status).toBe(401);
    expect((await get('/', `Authorization: Basic ${basic}`)).status).toBe(200);
  });

  it.each([
    ['/console/', 404],
    ['/console/index.html', 404],
    ['/console/lib/other.mjs', 404],
    ['/console/../package.json', 400],
    ['/console/%2e%2e/package.json', 400],
    ['/console//main.js', 400],
    ['/console/lib', 404],
    ['POST /', 405],
    ['POST /console/main.js', 405],
  ])('answers %s with %i', async (path, status) => {
    const { get } = await open();
    expect((await get(path)).status).toBe(status);
  });

  it('has a policy of its own, and all other answers allow nothing', async () => {
    const { get } = await open();
    for (const path of ['/console/none.js', '/status', '/history', '/nothing', 'POST /']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toEqual(["default-src 'none'; frame-ancestors 'none'"]);
    }
  });
});

/** Reads the bytes of the page, of which the compressed ones are no text. */
async function readPage(url: string, ...lines: string[]): Promise<{ readonly page: string }> {
  const http = closing(await openRawHttp(url));
  http.send(requestText('/', [HOST, ...lines]));
  const { body } = await http.response();
  return { page: body };
}
