import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load-config.js';
import { previewRequest } from '../../src/gateway/preview.js';
import { readDocument } from '../support/documents.js';

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
