import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeClock, type FakeClock, NO_PROBES } from '../../support/fake-clock.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { issuing, startIdp } from '../../support/idp.js';
import {
  RESET,
  type RecordingUpstream,
  startRecordingUpstream,
  type UpstreamResponse,
} from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';

const GET = 'com.billing.get_invoice';
const CHANGED = 'the secret has changed';

/** Services whose address or credentials come from a secret that changes while they are used. */
describe('a service that moves', () => {
  let folder: TemporaryFolder;
  let clock: FakeClock;
  const closeLater = closeAfterEach();
  beforeEach(() => {
    folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    clock = createFakeClock();
  });

  const api = async (options?: Parameters<typeof startRecordingUpstream>[1]): Promise<RecordingUpstream> => {
    return closeLater(await startRecordingUpstream(undefined, options));
  };
  const secret = (fields: object) => folder.write('secret.json', JSON.stringify(fields));

  /** A service whose base_url is `{{host}}` with whatever lines a test adds. */
  async function open(
    baseUrl: string,
    names: readonly string[],
    ...lines: string[]
  ): Promise<GatewayFixture> {
    return closeLater(
      await openGatewayFixture({
        conf: () =>
          billingConf(
            baseUrl,
            NO_PROBES,
            '+auth.secrets.provider = file',
            `+auth.secrets.secret_id = ${join(folder.path, 'secret.json')}`,
            ...names.map((name) => `+auth.secrets.vars.${name}.field = ${name}`),
            ...lines,
          ),
        gateway: { clock, random: () => 0.5 },
      }),
    );
  }

  /** Moves the clock in steps of one second until the log has this text. */
  function untilLogged({ log }: GatewayFixture, sentence: string): Promise<void> {
    const step = (): string => {
      clock.advance(1_000);
      return log.text();
    };
    return expect.poll(step, { timeout: 10_000 }).toContain(sentence);
  }

  it('is reached at its new address, even if its TLS files are gone by then', async () => {
    const [first, second] = [await api({ tls: true }), await api({ tls: true })];
    const ca = join(folder.path, 'ca.pem');
    copyFileSync(TLS_FILES.ca, ca);
    secret({ port: first.port });
    const fixture = await open('https://127.0.0.1:{{port}}', ['port'], `+tls.cacertfile = ${ca}`);
    expect((await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
    rmSync(ca);
    secret({ port: second.port });
    await untilLogged(fixture, CHANGED);
    expect((await fixture.caller.call(GET, { id: 2 })).kind).toBe('result');
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });

  it('gets its new credentials only at its new address', async () => {
    const [first, second] = [await api(), await api()];
    const idp = closeLater(await startIdp(({ text }) => ({ json: { access_token: `token-of-${text}` } })));
    secret({ port: first.port, client: 'old' });
    const fixture = await open(
      'http://127.0.0.1:{{port}}',
      ['port', 'client'],
      `+auth.fetch.url = ${idp.origin}/token`,
      '+auth.fetch.token_path = access_token',
      '+auth.fetch.body_encoding = form',
      '+auth.fetch.body.client = {{client}}',
    );
    const release = idp.hold();
    const waiting = fixture.caller.call(GET, { id: 1 });
    await idp.arrived(1);
    secret({ port: second.port, client: 'new' });
    await untilLogged(fixture, CHANGED);
    release();
    expect((await waiting).kind).toBe('result');
    expect(first.requests).toHaveLength(0);
    expect(second.requests.map(({ headers }) => headers.authorization)).toEqual(['token-of-client=new']);
  });

  it('lets running calls end at its old address, whose connections end after the deadline', async () => {
    // The hint is long, because otherwise the idle timeout would end the connection (Keep-Alive:
    // timeout).
    const [first, second] = [await api({ server: { keepAliveTimeout: 600_000 } }), await api()];
    secret({ port: first.port });
    const fixture = await open('http://127.0.0.1:{{port}}', ['port'], '+deadline = 50s');
    let finish = (): void => {};
    first.respondWith(
      () =>
        new Promise<UpstreamResponse>((resolve) => {
          finish = () => resolve({});
        }),
    );
    const call = fixture.caller.call(GET, { id: 1 });
    await first.arrived(1);
    secret({ port: second.port });
    await untilLogged(fixture, CHANGED);
    expect((await fixture.caller.call(GET, { id: 2 })).kind).toBe('result');
    finish();
    expect((await call).kind).toBe('result');
    expect([first.requests.length, second.requests.length, first.openConnections]).toEqual([1, 1, 1]);
    clock.advance(50_000);
    await first.drained();
  });

  it('leaves no timer and no connection behind when it is closed', async () => {
    const [first, second] = [await api({ server: { keepAliveTimeout: 600_000 } }), await api()];
    secret({ port: first.port });
    const fixture = await open('http://127.0.0.1:{{port}}', ['port']);
    await fixture.caller.call(GET, { id: 1 });
    secret({ port: second.port });
    await untilLogged(fixture, CHANGED);
    await fixture.caller.close();
    await fixture.gateway.stop(0);
    await Promise.all([first.drained(), second.drained()]);
    expect(clock.pending).toBe(0);
  });

  it('does not repeat a POST that may have been carried out at its old address', async () => {
    const [first, second] = [await api(), await api()];
    first.respondWith(() => RESET);
    const idp = closeLater(await startIdp(issuing({ expires_in: 10 })));
    secret({ port: first.port });
    const fixture = await open(
      'http://127.0.0.1:{{port}}',
      ['port'],
      `+auth.fetch.url = ${idp.origin}/token`,
      '+auth.fetch.token_path = access_token',
      '+auth.fetch.expires_in_path = expires_in',
      '+auth.cache.refresh_margin = 0',
      '+idempotency_header = Idempotency-Key',
      '+retries = 1',
    );
    const call = fixture.caller.call('com.billing.create_invoice', { amount: 25 });
    const { responded } = await first.arrived(1);
    await responded;
    const release = idp.hold();
    // Its backoff passes, and its token expires.
    const step = (): number => {
      clock.advance(5_000);
      return idp.requests.length;
    };
    await expect.poll(step, { timeout: 10_000 }).toBe(2);
    secret({ port: second.port, changed: true });
    await untilLogged(fixture, CHANGED);
    release();
    expect(ownError(await call)).toMatchObject({ code: 'auth', attempts: 1 });
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
  });

  it('does not repeat a GET that its old address redirected and whose token expired then', async () => {
    const [first, second] = [await api(), await api()];
    first.respondWith(() => {
      clock.advance(10_000);
      return { status: 302, headers: { location: '/there' } };
    });
    const idp = closeLater(await startIdp(issuing({ expires_in: 10 })));
    secret({ port: first.port });
    const fixture = await open(
      'http://127.0.0.1:{{port}}',
      ['port'],
      `+auth.fetch.url = ${idp.origin}/token`,
      '+auth.fetch.token_path = access_token',
      '+auth.fetch.expires_in_path = expires_in',
      '+auth.cache.refresh_margin = 0',
      '+pool.follow_redirect = on',
      '+timeout = 30s',
    );
    const call = fixture.caller.call(GET, { id: 1 });
    await first.arrived(1);
    const release = idp.hold();
    await idp.arrived(2);
    secret({ port: second.port, changed: true });
    await untilLogged(fixture, CHANGED);
    release();
    expect(ownError(await call)).toMatchObject({ code: 'auth', attempts: 1 });
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
  });

  it('is not called when its address breaks the rules for addresses', async () => {
    const upstream = await api();
    secret({ key: 'abc' });
    const fixture = await open(`${upstream.url}/bot{{key}}`, ['key']);
    await fixture.caller.call(GET, { id: 1 });
    secret({ key: 'a#b' });
    await untilLogged(fixture, 'no usable address');
    const answer = await fixture.caller.call(GET, { id: 1 });
    const message = 'The service has no usable address at the moment';
    const error = { status: 503, code: 'secrets', message, body: message, attempts: 0 };
    expect(ownError(answer)).toEqual(error);
    expect(upstream.requests.map(({ url }) => url)).toEqual(['/botabc/invoices/1']);
    secret({ key: 'abcd' });
    await untilLogged(fixture, CHANGED);
    await expect
      .poll(async () => (await fixture.caller.call(GET, { id: 1 })).kind, { timeout: 10_000 })
      .toBe('result');
    expect(upstream.requests.at(-1)?.url).toBe('/botabcd/invoices/1');
  });

  it.each([
    ['header', '+auth.apply.placement = header', 'bad\nbad'],
    ['query', '+auth.apply.placement = query_param', 'bad\ud800'],
  ])('has no credential when a variable of its format does not fit into the %s', async (_, place, bad) => {
    const upstream = await api();
    const idp = closeLater(await startIdp());
    secret({ user: 'good' });
    const fixture = await open(
      upstream.url,
      ['user'],
      `+auth.fetch.url = ${idp.origin}/token`,
      '+auth.fetch.token_path = access_token',
      place,
      '+auth.apply.name = X-Key',
      '+auth.apply.format = {{user}} {{token}}',
    );
    expect((await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
    secret({ user: bad });
    await untilLogged(fixture, CHANGED);
    expect(ownError(await fixture.caller.call(GET, { id: 1 }))).toMatchObject({ status: 503, code: 'auth' });
    expect(upstream.requests).toHaveLength(1);
    const second = closeLater(await connectCaller(fixture.gateway.url));
    secret({ user: 'better' });
    await expect
      .poll(
        async () => {
          clock.advance(1_000);
          return (await second.call(GET, { id: 1 })).kind;
        },
        { timeout: 10_000 },
      )
      .toBe('result');
  });
});
