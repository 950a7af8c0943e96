import { describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { type Caller, connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type Idp, startIdp } from '../../support/idp.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { inShort, openReloadFixture, type ReloadFixtureOptions } from '../../support/reload-fixture.js';
import { until } from '../../support/router-host.js';

const GET = 'com.billing.get_invoice';

/** A second service with one procedure. */
const shop = (url: string, ...lines: string[]) =>
  [
    `base_url = ${url}`,
    'procedures.get_item.uri = com.shop.get_item',
    `procedures.get_item.realm = ${REALM}`,
    'procedures.get_item.path = /items/{{id}}',
    ...lines,
  ]
    .map((line) => `rpc_gateway.services.shop.${line}\n`)
    .join('');

describe('a reload of services', () => {
  const closeLater = closeAfterEach();

  async function open(conf: (url: string) => string, options: ReloadFixtureOptions = {}) {
    const upstream = closeLater(await startRecordingUpstream());
    const fixture = await openReloadFixture(conf(upstream.url), options);
    closeLater(fixture.close);
    const caller = await connectCaller(fixture.url);
    closeLater(caller.close);
    return { upstream, caller, ...fixture, url: upstream.url, listener: fixture.url };
  }

  it('sends further calls with the new settings, and keeps the session of the caller', async () => {
    const { upstream, caller, reload } = await open(billingConf);
    await caller.call(GET, { id: 1 });
    const changed = billingConf(
      upstream.url,
      '+procedures.get_invoice.path = /v2/{{id}}',
      '+headers.X-V = 2',
    );
    expect(
      inShort(
        await reload(changed.replace('get_invoice.path = /invoices/{{id}}\n', 'get_invoice.query.a = 1\n')),
      ),
    ).toEqual([
      'service billing changed',
      ...['get_invoice', 'create_invoice', 'update_invoice', 'delete_invoice'].map(
        (name) => `procedure com.billing.${name} changed`,
      ),
    ]);
    await caller.call(GET, { id: 1 });
    expect(upstream.requests.map(({ url, headers }) => [url, headers['x-v']])).toEqual([
      ['/invoices/1', undefined],
      ['/v2/1?a=1', '2'],
    ]);
  });

  it('touches no unchanged service: its connection stays', async () => {
    const { upstream, caller, url, reload } = await open((base) => billingConf(base) + shop(base));
    await caller.call('com.shop.get_item', { id: 1 });
    await caller.call(GET, { id: 1 });
    expect(inShort(await reload(billingConf(url, '+timeout = 5s') + shop(url)))).toEqual([
      'service billing changed',
    ]);
    await caller.call('com.shop.get_item', { id: 2 });
    await caller.call(GET, { id: 2 });
    const connections = upstream.requests.map(({ connection }) => connection);
    expect(connections[2]).toBe(connections[0]);
    expect(connections[3]).not.toBe(connections[1]);
  });

  it('ends running calls with the old settings, and then closes their connections', async () => {
    const { upstream, caller, url, reload } = await open((base) => billingConf(base, '+headers.X-V = 1'));
    let respond = (): void => {};
    upstream.respondWith(
      () =>
        new Promise((resolve) => {
          respond = () => resolve({ json: { slow: true } });
        }),
    );
    const running = caller.call(GET, { id: 1 });
    await upstream.arrived(1);
    await reload(billingConf(url, '+headers.X-V = 2'));
    upstream.respondWith(() => ({ json: { fast: true } }));
    expect(await caller.call(GET, { id: 2 })).toMatchObject({ kwargs: { body: { fast: true } } });
    expect(upstream.openConnections).toBe(2);
    respond();
    expect(await running).toMatchObject({ kwargs: { body: { slow: true } } });
    await until(() => upstream.openConnections === 1);
    expect(upstream.requests.map(({ headers }) => headers['x-v'])).toEqual(['1', '2']);
  });

  it('registers new procedures and unregisters removed ones', async () => {
    const { caller, url, reload, gateway } = await open(billingConf);
    expect(inShort(await reload(shop(url)))).toContain('procedure com.shop.get_item added');
    expect(await caller.call('com.shop.get_item', { id: 1 })).toMatchObject({ kind: 'result' });
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ uri: 'wamp.error.no_such_procedure' });
    expect([gateway.procedureCount, gateway.status().services.map(({ name }) => name)]).toEqual([
      1,
      ['shop'],
    ]);
    await reload(billingConf(url));
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
  });

  it('passes a procedure from one service to another', async () => {
    const { caller, upstream, url, reload } = await open(shop);
    const moved = shop(url).replaceAll('services.shop', 'services.store').replace('/items/', '/goods/');
    expect(inShort(await reload(moved))).toEqual([
      'service store added',
      'service shop removed',
      'procedure com.shop.get_item changed',
    ]);
    await caller.call('com.shop.get_item', { id: 1 });
    expect(upstream.requests[0]?.url).toBe('/goods/1');
  });

  it('leaves a disabled service disabled, even if it has changed', async () => {
    const { caller, url, reload, gateway } = await open((base) => billingConf(base) + shop(base));
    await gateway.act('billing', 'disable');
    await gateway.act('shop', 'disable');
    await reload(billingConf(url, '+timeout = 5s') + shop(url));
    for (const uri of [GET, 'com.shop.get_item'])
      expect(await caller.call(uri, { id: 1 })).toMatchObject({ kwargs: { code: 'down' } });
    expect(gateway.status().services.map(({ state }) => state)).toEqual(['disabled', 'disabled']);
    await gateway.act('billing', 'enable');
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
  });

  it('keeps an open circuit breaker open, and tells since when, also in a changed service', async () => {
    const breaker = ['+breaker.enabled = on', '+breaker.minimum_calls = 2', '+breaker.open_time = 1h'];
    const conf = (url: string, ...lines: string[]) => billingConf(url, '+retries = 0', ...breaker, ...lines);
    const { upstream, caller, reload, gateway, log, url } = await open(conf);
    upstream.respondWith(() => ({ status: 503 }));
    await caller.call(GET, { id: 1 });
    await caller.call(GET, { id: 1 });
    const before = gateway.status().services[0]!;
    expect(before).toMatchObject({ state: 'down', breaker: 'open' });

    await reload(conf(url, '+timeout = 9s'));
    const { state, since, breaker: after } = gateway.status().services[0]!;
    expect({ state, since, after }).toEqual({ state: 'down', since: before.since, after: 'open' });
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kwargs: { code: 'down' } });
    expect(upstream.requests).toHaveLength(2);
    expect(log.text()).not.toContain('the circuit breaker is closed');
  });

  it('closes the circuit breaker of a service that has another address', async () => {
    const other = closeLater(await startRecordingUpstream());
    const breaker = ['+retries = 0', '+breaker.enabled = on', '+breaker.minimum_calls = 1'];
    const { upstream, caller, reload, gateway } = await open((url) => billingConf(url, ...breaker));
    upstream.respondWith(() => ({ status: 503 }));
    await caller.call(GET, { id: 1 });
    await reload(billingConf(other.url, ...breaker));
    expect(gateway.status().services[0]).toMatchObject({ state: 'up', breaker: 'closed' });
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
  });

  it('keeps the figures of a changed service, and forgets those of a removed one', async () => {
    const { caller, url, reload, gateway } = await open((base) => billingConf(base) + shop(base));
    await caller.call(GET, { id: 1 });
    await caller.call('com.shop.get_item', { id: 1 });
    await reload(billingConf(url, '+timeout = 5s'));
    const [billing] = gateway.status().services;
    expect(billing).toMatchObject({ in_flight: 0, last_hour: { calls: 1 } });
    await reload(billingConf(url) + shop(url));
    expect(gateway.status().services[1]).toMatchObject({ in_flight: 0, last_hour: { calls: 0 } });
  });

  it('changes nothing if nothing has changed', async () => {
    const { url, reload, gateway, log } = await open(billingConf);
    const before = gateway.status();
    expect(await reload(`# a comment\n${billingConf(url)}`)).toEqual({
      kind: 'done',
      changes: [],
      notices: [],
    });
    expect(log.text()).toContain('the configuration was reloaded; nothing has changed');
    expect(gateway.status().configuration).toMatchObject({ last_reload: { outcome: 'ok', problems: [] } });
    expect(gateway.status().services[0]?.since).toBe(before.services[0]?.since);
  });

  describe('with tokens', () => {
    const oauth = (idp: Idp, ...lines: string[]) => [
      `+auth.fetch.url = ${idp.origin}/token`,
      '+auth.fetch.token_path = access_token',
      '+auth.fetch.body_encoding = form',
      '+auth.fetch.body.client_secret = {{secret}}',
      '+auth.vars.secret = hunter2',
      ...lines,
    ];

    async function openOauth() {
      const idp = closeLater(await startIdp());
      return { idp, ...(await open((base) => billingConf(base, ...oauth(idp)))) };
    }

    const sentTokens = ({ upstream }: Awaited<ReturnType<typeof openOauth>>) =>
      upstream.requests.map(({ headers }) => headers['authorization']);

    it('keeps the token if its request stays the same', async () => {
      const fixture = await openOauth();
      const { idp, caller, url, reload } = fixture;
      await caller.call(GET, { id: 1 });
      await reload(billingConf(url, ...oauth(idp, '+timeout = 5s')));
      await caller.call(GET, { id: 2 });
      expect(sentTokens(fixture)).toEqual(['token-1', 'token-1']);
      expect(idp.requests).toHaveLength(1);
    });

    it('fetches another one if its request changes', async () => {
      const fixture = await openOauth();
      const { idp, caller, url, reload } = fixture;
      await caller.call(GET, { id: 1 });
      const outcome = await reload(billingConf(url, ...oauth(idp, '+auth.vars.secret = hunter3')));
      await caller.call(GET, { id: 2 });
      expect(sentTokens(fixture)).toEqual(['token-1', 'token-2']);
      expect(idp.requests[1]?.text).toContain('hunter3');
      expect(JSON.stringify(outcome) + fixture.log.text()).not.toMatch(/hunter\d/);
    });
  });

  it('uses the values of a secret at once if the secret stays the same', async () => {
    const env = { TOKEN: 'hunter2' };
    const secret = ['+auth.secrets.provider = env', '+auth.secrets.vars.token.field = TOKEN'];
    const { caller, upstream, url, reload } = await open((base) => billingConf(base, ...secret), { env });
    await caller.call(GET, { id: 1 });
    await reload(billingConf(url, ...secret, '+timeout = 5s'));
    await caller.call(GET, { id: 2 });
    expect(upstream.requests.map(({ headers }) => headers['authorization'])).toEqual(['hunter2', 'hunter2']);
  });
});

describe('a reload that changes nothing', () => {
  const closeLater = closeAfterEach();

  async function open(options: ReloadFixtureOptions = {}) {
    const upstream = closeLater(await startRecordingUpstream());
    const fixture = await openReloadFixture(billingConf(upstream.url), options);
    closeLater(fixture.close);
    const caller: Caller = await connectCaller(fixture.url);
    closeLater(caller.close);
    return { upstream, caller, ...fixture };
  }

  it('is a dry run, which says the same', async () => {
    const { upstream, caller, reload, gateway } = await open();
    const changed = billingConf(upstream.url, '+headers.X-V = 2') + shop(upstream.url);
    const tried = await reload(changed, { dryRun: true });
    await caller.call(GET, { id: 1 });
    expect(upstream.requests[0]?.headers['x-v']).toBeUndefined();
    expect(gateway.status().configuration.last_reload).toBeNull();
    expect(await reload(changed)).toEqual({ ...tried, keys: undefined });
  });

  it('lists the changed keys in a dry run, with secrets masked', async () => {
    const upstream = closeLater(await startRecordingUpstream());
    const before = billingConf(upstream.url, '+timeout = 15s', '+headers.X-Api-Key = planted-1');
    const { reload } = await openReloadFixture(before);
    const after = billingConf(upstream.url, '+retries = 1', '+headers.X-Api-Key = planted-2');
    const tried = await reload(after, { dryRun: true });
    expect(tried).toMatchObject({
      kind: 'done',
      keys: [
        { key: 'rpc_gateway.services.billing.retries', before: null, after: '1' },
        { key: 'rpc_gateway.services.billing.timeout', before: '15s', after: null },
      ],
    });
    expect(JSON.stringify(tried)).not.toContain('planted');
  });

  it('names a procedure that a client has registered', async () => {
    const { upstream, caller, reload, url, gateway } = await open();
    const { connectAutobahn } = await import('../../support/autobahn.js');
    const client = await connectAutobahn(url, REALM);
    closeLater(client.close);
    await client.session.register('com.shop.get_item', () => 'mine');
    const outcome = await reload(billingConf(upstream.url, '+headers.X-V = 2') + shop(upstream.url));
    expect(outcome).toEqual({
      kind: 'failed',
      reason: `the procedure com.shop.get_item in the realm ${REALM} is registered by a client; end that client, or choose another uri`,
    });
    expect(await caller.call('com.shop.get_item', {})).toMatchObject({ args: ['mine'] });
    await caller.call(GET, { id: 1 });
    expect(upstream.requests[0]?.headers['x-v']).toBeUndefined();
    expect(gateway.status().configuration.last_reload).toMatchObject({ outcome: 'error' });
    expect(gateway.status().services.map(({ name }) => name)).toEqual(['billing']);
  });
});
