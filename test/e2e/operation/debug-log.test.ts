import { afterEach, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';

const GET = 'com.billing.get_invoice';

let fixture: GatewayFixture;
afterEach(() => fixture.close());

const lines = (message: string) => fixture.log.records().filter(({ msg }) => msg === message);

it('At level debug, the log tells which listeners are open and who came', async () => {
  fixture = await openGatewayFixture();
  const [joined] = lines('a session joined').filter(({ transport }) => transport === 'websocket');
  expect(joined).toMatchObject({ level: 'debug', realm: 'com.example.myrealm' });
  expect(lines('a listener is open')).toMatchObject([{ level: 'debug', urls: fixture.gateway.url }]);
});

it('At level debug, the log tells which procedure a call did not find', async () => {
  fixture = await openGatewayFixture();
  const long = `com.example.${'x'.repeat(300)}`;
  for (const procedure of ['com.example.nobody', long]) {
    expect((await fixture.caller.call(procedure, {})).uri).toBe('wamp.error.no_such_procedure');
  }
  const session = expect.any(Number);
  expect(lines('a call found no registration')).toMatchObject([
    { level: 'debug', realm: 'com.example.myrealm', session, procedure: 'com.example.nobody' },
    { session, procedure: long.slice(0, 200) },
  ]);
});

it('At level debug, the log tells whether a call got its token from the cache', async () => {
  fixture = await openGatewayFixture({
    respond: ({ url }) => ({ json: url === '/token' ? { access_token: 's3cret', expires_in: 600 } : {} }),
    conf: (url) =>
      billingConf(
        url,
        `+auth.fetch.url = ${url}/token`,
        '+auth.fetch.method = post',
        '+auth.fetch.token_path = access_token',
        '+auth.fetch.expires_in_path = expires_in',
      ),
  });
  for (const id of [1, 2]) await fixture.caller.call(GET, { id });
  expect(lines('token obtained')).toMatchObject([{ service: 'billing', lifetime_ms: 600_000 }]);
  const [used, ...others] = lines('token taken from the cache');
  expect(used).toMatchObject({ level: 'debug', service: 'billing', expires_in_ms: expect.any(Number) });
  expect(others).toEqual([]);
  expect(fixture.log.text()).not.toContain('s3cret');
});
