import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedApi,
  callApi,
  procedureLines,
  startAttackedApi,
} from '../../support/attacked-gateway.js';
import { ATTACK_MATRIX } from '../../support/transport-matrix.js';

/**
 * The time to compare such a name with a configured one grew with the square of its length: to
 * hours for each of these.
 */
const LENGTH = 2_000_000;

let gateway: AttackedApi;
beforeAll(async () => {
  gateway = await startAttackedApi(
    () => ({ json: 'well' }),
    [...procedureLines('get', { path: '/get', 'query.tenant': 't1' })],
  );
});
afterAll(() => gateway.close());

describe.each(ATTACK_MATRIX)('Long names of query parameters: $name', (transport) => {
  it.each([
    ['of brackets that open', `a[]${'['.repeat(LENGTH)}`],
    ['of brackets that open, some of them encoded', `tenant[]${'[%5b'.repeat(LENGTH / 4)}`],
    ['of a parameter that is dropped', `tenant${'[a]'.repeat(LENGTH / 3)}`],
  ])('are refused without delay for others: one %s', async (_, name) => {
    gateway.upstream.clear();
    const [attacker, other] = [await gateway.join(transport), await gateway.join(transport)];
    const refused = callApi(attacker, 'get', { [name]: 1 });
    expect((await callApi(other, 'get', {})).at(-1)).toMatchObject({ body: 'well' });
    expect((await refused).at(-1)).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('pool.max_request_line_size'),
    });
    expect(gateway.upstream.requests.map(({ url }) => url)).toEqual(['/get?tenant=t1']);
  });

  it('are refused together, including those that are dropped', async () => {
    gateway.upstream.clear();
    const client = await gateway.join(transport);
    const names = Array.from({ length: 20 }, (_, index) => [`tenant[${index}${'x'.repeat(10_000)}]`, 1]);
    expect((await callApi(client, 'get', Object.fromEntries(names)))[0]).toBe(MESSAGE.ERROR);
    expect((await callApi(client, 'get', Object.fromEntries(names.slice(0, 5))))[0]).toBe(MESSAGE.RESULT);
    expect(gateway.upstream.requests.map(({ url }) => url)).toEqual(['/get?tenant=t1']);
  });
});
