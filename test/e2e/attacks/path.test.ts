import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedApi,
  callApi,
  procedureLines,
  startAttackedApi,
} from '../../support/attacked-gateway.js';
import { ATTACK_MATRIX } from '../../support/transport-matrix.js';

/** Files in the folder of base_url and in the folder beside it. */
const FILES: Readonly<Record<string, string>> = { '/public/a.json': 'public', '/private/a.json': 'private' };

/** The file for a server that decodes the path this number of times, and then resolves it. */
function fileAt(url: string, decodings: number): string | undefined {
  let path = url;
  for (let index = 0; index < decodings; index++) path = decodeURIComponent(path);
  const stripped = path.replaceAll('\\', '/').replace(/;[^/]*/g, '');
  return FILES[new URL(`http://files.invalid${stripped}`).pathname];
}

let gateway: AttackedApi;
beforeAll(async () => {
  gateway = await startAttackedApi(
    ({ url }) => ({
      json: [1, 2].map((decodings) => fileAt(url, decodings) ?? null),
    }),
    [...procedureLines('one', { path: '/{{id}}' }), ...procedureLines('two', { path: '/{{id}}{{rest}}' })],
    '/public',
  );
});
afterAll(() => gateway.close());

describe.each(ATTACK_MATRIX)('A path value that leaves the folder of base_url: $name', (transport) => {
  it.each([
    '../private/a.json',
    '..\\private\\a.json',
    '%2e%2e/private/a.json',
    '..%2fprivate%2fa.json',
    'x/../../private/a.json',
    '..;v=1/private/a.json',
    '%2e%2e%2fprivate%2fa.json',
    '..?a.json',
  ])('%s is refused, and nothing is sent', async (id) => {
    gateway.upstream.clear();
    const client = await gateway.join(transport);
    const answer = await callApi(client, 'one', { id });
    expect(answer).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.invalid_argument',
      [],
      expect.objectContaining({ code: 'bad_request', message: expect.stringContaining('Path variable id') }),
    ]);
    expect(gateway.upstream.requests).toEqual([]);
  });

  it('is refused also if two values form it together', async () => {
    gateway.upstream.clear();
    const client = await gateway.join(transport);
    const answer = await callApi(client, 'two', { id: '.%2', rest: 'e%2fprivate%2fa.json' });
    expect(answer[4]).toBe('wamp.error.invalid_argument');
    expect(gateway.upstream.requests).toEqual([]);
  });

  it('is not every value with slashes and dots: such values are sent', async () => {
    const client = await gateway.join(transport);
    expect((await callApi(client, 'one', { id: 'a.json' })).at(-1)).toMatchObject({
      body: ['public', 'public'],
    });
    for (const id of ['a/b', 'a%2Fb', '%2e%2e', '%2e%2e%2e', '..a/b..']) {
      expect((await callApi(client, 'one', { id }))[0]).toBe(MESSAGE.RESULT);
    }
  });
});
