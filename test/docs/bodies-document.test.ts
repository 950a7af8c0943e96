import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load-config.js';
import { previewRequest } from '../../src/gateway/preview.js';
import { readDocument } from '../support/documents.js';
import { openGatewayFixture } from '../support/gateway-fixture.js';

const DOCUMENT = readDocument('docs/bodies.md');
/** Lines of a configuration, the kwargs of a call, and the request that it sends. */
const EXAMPLES = [
  ...DOCUMENT.matchAll(
    /```ini\n(?<lines>[^`]*)```\n\nWith the kwargs `(?<kwargs>\{.*\})` the gateway sends:\n\n```http\n(?<request>[^`]*)```/g,
  ),
].map(({ groups }) => groups as { lines: string; kwargs: string; request: string });
const [, SERVICE = ''] =
  /In the examples of this page the service is:\n\n```ini\n([^`]*)```/.exec(DOCUMENT) ?? [];

describe('docs/bodies.md', () => {
  it('has an example for each form of a body', () => {
    expect(EXAMPLES.length).toBe(5);
  });

  it('has lines with which a long body is sent compressed', async () => {
    const [, lines = ''] = /## Compressed bodies\n\n```ini\n([^`]*)```/.exec(DOCUMENT) ?? [];
    const fixture = await openGatewayFixture({
      conf: (url) => `${SERVICE.replace('https://shop.example.com/api', url)}${lines}`,
    });
    await fixture.caller.call('com.shop.send', { note: 'x'.repeat(2_000) });
    const [request] = fixture.upstream.requests;
    expect(request!.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(request!.body).toString()).toBe(JSON.stringify({ note: 'x'.repeat(2_000) }));
    await fixture.close();
  });

  it.each(EXAMPLES)('shows the request of $kwargs', ({ lines, kwargs, request }) => {
    const own = SERVICE.split('\n').filter((line) => !lines.includes(line.split(' = ')[0] as string));
    const config = parseConfig([...own, lines].join('\n'), { env: {} });
    const { method, path, headers, body } = previewRequest(
      config,
      'com.shop.send',
      undefined,
      JSON.parse(kwargs),
      { userAgent: 'test', uuid: () => 'b-1' },
    ).request;
    const type = headers[headers.indexOf('Content-Type') + 1];
    const text = String(body).replaceAll('\r\n', '\n');
    expect(`${method} ${path}\nContent-Type: ${type}\n\n${text}`.trimEnd()).toBe(request.trimEnd());
  });
});
