import { afterEach, describe, expect, it } from 'vitest';
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
    expect(EXAMPLES).toHaveLength(4);
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

  it('names the realm of the fixture', () => {
    expect(SERVICE).toContain(REALM);
  });
});
