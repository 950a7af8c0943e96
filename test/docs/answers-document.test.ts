import { afterEach, describe, expect, it } from 'vitest';
import { connectAutobahn } from '../support/autobahn.js';
import { REALM } from '../support/caller.js';
import { readDocument } from '../support/documents.js';
import { type GatewayFixture, openGatewayFixture } from '../support/gateway-fixture.js';

const DOCUMENT = readDocument('docs/answers.md');
const [, SERVICE = ''] =
  /In the examples of this page the service is:\n\n```ini\n([^`]*)```/.exec(DOCUMENT) ?? [];

interface Example {
  readonly lines: string;
  readonly response: string;
  readonly uri: string | undefined;
  readonly kwargs: string;
}

/** Lines of a configuration, a response of the API, and what the caller gets. */
const EXAMPLES = [
  ...DOCUMENT.matchAll(
    /```ini\n(?<lines>[^`]*)```\n\nThe API responds:\n\n```http\n(?<response>[^`]*)```\n\nThe caller gets an? (?:RESULT|ERROR `(?<uri>[^`]*)`):\n\n```json\n(?<kwargs>[^`]*)```/g,
  ),
].map(({ groups }) => groups as unknown as Example);

let fixture: GatewayFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

/** The service of the document at another URL, with the lines of an example. */
function confOf(lines: string): (url: string) => string {
  return (url) => `${SERVICE.replace('https://shop.example.com/api', `${url}/api`)}\n${lines}`;
}

function responseOf(text: string) {
  const [head = '', body = ''] = text.trimEnd().split('\n\n');
  const [line = '', ...fields] = head.split('\n');
  const headers = Object.fromEntries(fields.map((field) => field.split(': ') as [string, string]));
  return { status: Number(line.split(' ')[0]), headers, body };
}

describe('docs/answers.md', () => {
  it('has an example for each key', () => {
    expect(EXAMPLES).toHaveLength(5);
    const all = EXAMPLES.map(({ lines }) => lines).join('');
    for (const key of ['success', 'error_path', 'errors.body', 'response.path', 'response.path_optional'])
      expect(all).toContain(`${key} = `);
  });

  it.each(EXAMPLES)('shows what becomes of a response: $lines', async ({ lines, response, uri, kwargs }) => {
    fixture = await openGatewayFixture({ conf: confOf(lines), respond: () => responseOf(response) });
    const answer = await fixture.caller.call('com.shop.get');
    expect([answer.kind, answer.uri]).toEqual(uri === undefined ? ['result', ''] : ['error', uri]);
    expect(answer.kwargs).toEqual(JSON.parse(kwargs));
  });

  it('shows how pages are joined', async () => {
    const [, lines = '', responses = '', kwargs = ''] =
      /```ini\n([^`]*pages\.next[^`]*)```\n\n((?:The API responds to `GET [^`]*`:\n\n```http\n[^`]*```\n\n)+)The caller gets a RESULT:\n\n```json\n([^`]*)```/.exec(
        DOCUMENT,
      ) ?? [];
    const pages = new Map(
      [...responses.matchAll(/`GET ([^`]*)`:\n\n```http\n([^`]*)```/g)].map(
        ([, url = '', response = '']) => [url, responseOf(response)] as const,
      ),
    );
    expect(pages.size).toBe(2);
    fixture = await openGatewayFixture({
      conf: confOf(lines),
      respond: ({ url }) => pages.get(url) ?? { status: 404 },
    });
    const answer = await fixture.caller.call('com.shop.get');
    expect([answer.kind, answer.kwargs]).toEqual(['result', JSON.parse(kwargs)]);
  });

  it('shows how items come one by one', async () => {
    const [, lines = ''] = /```ini\n([^`]*pages\.next = link[^`]*)```/.exec(DOCUMENT) ?? [];
    const [, code = ''] = /### Item by item\n[^`]*(?:`[^`\n]+`[^`]*)*```js\n([^`]*)```/.exec(DOCUMENT) ?? [];
    fixture = await openGatewayFixture({ conf: confOf(lines), respond: () => ({ json: [1, { a: 2 }] }) });
    const { session, close } = await connectAutobahn(fixture.gateway.url, REALM);
    const printed: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      const log = (...all: unknown[]): void => {
        printed.push(all);
        if (all.length > 1) resolve();
      };
      new Function('session', 'console', code)(session, { log });
    });
    await done;
    expect(printed).toEqual([[1], [{ a: 2 }], [2, 'items', '']]);
    await close();
  });

  it('names the realm of the fixture', () => {
    expect(SERVICE).toContain(REALM);
  });
});
