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
 * Headers as CGI passes them to a program (RFC 3875 section 4.1.18); most later interfaces do the
 * same.
 */
function cgiVariables(rawHeaders: readonly string[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = `HTTP_${rawHeaders[index]?.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
    const value = rawHeaders[index + 1] ?? '';
    variables[name] = variables[name] === undefined ? value : `${variables[name]},${value}`;
  }
  return variables;
}

let gateway: AttackedApi;
beforeAll(async () => {
  gateway = await startAttackedApi(
    ({ rawHeaders }) => ({ json: cgiVariables(rawHeaders) }),
    [
      '+headers.X-Tenant = {{realm}}',
      '+cookies.sid = s1',
      '+auth.vars.token = s3cret',
      '+auth.apply.name = X-Api-Key',
      '+idempotency_header = Idempotency-Key',
      '+query.tenant = t1',
      '+procedures.post.body.tenant = {{realm}}',
      ...procedureLines('get', { path: '/get' }),
      ...procedureLines('post', { path: '/post', method: 'post' }),
    ],
  );
});
afterAll(() => gateway.close());

describe.each(ATTACK_MATRIX)('Names that a server may treat as equal: $name', (transport) => {
  it('what the configuration sets stays unchanged, however the caller spells the name', async () => {
    const client = await gateway.join(transport);
    const answer = await callApi(client, 'get', {
      _headers: {
        X_Tenant: 'evil',
        'x.tenant': 'evil',
        x_api_key: 'evil',
        COOKIE: 'sid=evil',
        user_agent: 'mine',
      },
    });
    expect(answer.at(-1)).toMatchObject({
      body: {
        HTTP_X_TENANT: 'realm1',
        HTTP_X_API_KEY: 's3cret',
        HTTP_COOKIE: 'sid=s1',
        HTTP_USER_AGENT: 'mine',
        HTTP_IDEMPOTENCY_KEY: expect.stringMatching(/^[\da-f-]{36}$/),
      },
    });
  });

  it('a caller adds to no query parameter and to no field of the body', async () => {
    const client = await gateway.join(transport);
    gateway.upstream.clear();
    await callApi(client, 'get', { 'tenant[]': 'evil', TENANT: 'evil', 'tenant[x]': 'evil', other: 1 });
    await callApi(client, 'post', { Tenant: 'evil', other: 1, _headers: { Idempotency_Key: 'mine' } });
    expect(gateway.upstream.requests.map(({ url }) => url)).toEqual([
      '/get?tenant=t1&other=1',
      '/post?tenant=t1',
    ]);
    expect(gateway.upstream.requests[1]?.text).toBe('{"tenant":"realm1","other":1}');
    expect(gateway.upstream.requests[1]?.rawHeaders).not.toContain('mine');
  });

  it.each(['X-HTTP-Method-Override', 'X_Original_URL', 'Forwarded', 'x-forwarded-for', 'Transfer_Encoding'])(
    '%s is refused, and the error does not reveal its value',
    async (name) => {
      const client = await gateway.join(transport);
      gateway.upstream.clear();
      const answer = await callApi(client, 'get', { _headers: { [name]: 'told-to-nobody' } });
      expect(answer[0]).toBe(MESSAGE.ERROR);
      expect(answer[4]).toBe('wamp.error.invalid_argument');
      expect(answer.at(-1)).toMatchObject({ message: expect.stringContaining(`_headers: ${name} `) });
      expect(JSON.stringify(answer)).not.toContain('told-to-nobody');
      expect(gateway.log.text()).not.toContain('told-to-nobody');
      expect(gateway.upstream.requests).toEqual([]);
    },
  );
});
