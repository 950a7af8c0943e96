import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { reload as reloadCommand } from '../../../src/cli/reload.js';
import { status as statusCommand } from '../../../src/cli/status.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeHost, type FakeHost } from '../../support/fake-host.js';
import { keepLog } from '../../support/log-lines.js';
import { byTicket, logIn } from '../../support/logins.js';
import { leaksIn, MARK, plantedSecret } from '../../support/planted-secrets.js';
import { connectRaw, hello } from '../../support/raw-client.js';
import { rawRequest, requestText } from '../../support/raw-http.js';
import { RESET, startRecordingUpstream } from '../../support/recording-upstream.js';
import { ADMIN_LINES, scrapeText } from '../../support/scrape.js';
import { keepSpans } from '../../support/spans.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

const GET = 'com.billing.get_invoice';
const OPERATORS = 'com.example.operators';

const closeLater = closeAfterEach();

/** A whole configuration. Each secret has the name of its version in it. */
function confOf(version: string, url: string, ...lines: readonly string[]): string {
  const secret = (where: string) => plantedSecret(`${version}-${where}`);
  return billingConf(
    `${url}/{{path}}`,
    `+auth.vars.path = ${secret('path')}`,
    `+auth.vars.secret = ${secret('var')}`,
    '+auth.apply.format = Bearer {{token}} {{stored}}',
    `+auth.fetch.url = ${url}/token?key=${secret('token-url')}`,
    '+auth.fetch.token_path = access_token',
    '+auth.fetch.body_encoding = form',
    '+auth.fetch.body.client_secret = {{secret}}',
    `+auth.fetch.basic_auth.username = ${secret('user')}`,
    `+auth.fetch.basic_auth.password = ${secret('password')}`,
    '+auth.secrets.provider = file',
    `+auth.secrets.secret_id = ${version}.json`,
    '+auth.secrets.vars.stored.field = stored',
    `+headers.X-Api-Key = ${secret('header')}`,
    `+headers.X-From-Environment = \${${version.toUpperCase()}_SECRET}`,
    `+cookies.session = ${secret('cookie')}`,
    `+query.key = ${secret('query')}`,
    `+procedures.get_invoice.path = /invoices/{{id}}?key=${MARK}-${version}`,
    '+retries = 0',
    '+liveness.path = /health',
    '+liveness.interval = 20ms',
    '+liveness.failure_threshold = 1',
    'listeners.clients.port = 0',
    'listeners.ops.protocol = admin',
    'listeners.ops.port = 0',
    `admin.token = ${secret('admin-token')}`,
    `admin.realm = ${OPERATORS}`,
    `security.config_file = ${version}-security.json`,
    `security.salt_secret = ${secret('salt')}`,
    'security.max_failed_login_delay = 0',
    'log.calls = all',
    'log.level = debug',
    ...lines,
  );
}

const securityOf = (version: string): string =>
  JSON.stringify([
    {
      uri: REALM,
      authmethods: ['ticket', 'anonymous'],
      users: [
        { username: 'ann', password: plantedSecret(`${version}-ann`) },
        { username: version, password: plantedSecret(`${version}-user`) },
      ],
      sources: [
        { usernames: 'all', authmethod: 'ticket' },
        { usernames: ['anonymous'], authmethod: 'anonymous' },
      ],
      grants: [{ roles: 'all', permissions: ['wamp.call'], uri: GET }],
    },
  ]);

const env = { OLD_SECRET: plantedSecret('old-environment'), NEW_SECRET: plantedSecret('new-environment') };

function createFolder() {
  const folder = createTemporaryFolder();
  closeLater(folder.remove);
  for (const version of ['old', 'new']) {
    folder.write(`${version}-security.json`, securityOf(version));
    folder.write(`${version}.json`, JSON.stringify({ stored: plantedSecret(`${version}-stored`) }));
  }
  return folder;
}

/** Reads a stream until it ends. */
async function readAll(url: string, init: RequestInit, into: string[]): Promise<void> {
  const { body } = await fetch(url, init);
  const decoder = new TextDecoder();
  for await (const chunk of body as ReadableStream<Uint8Array>) into.push(decoder.decode(chunk));
}

it('a reload reveals no secret of the old and of the new configuration', async () => {
  let isDown = false;
  const upstream = closeLater(
    await startRecordingUpstream(({ url, number }) => {
      if (url.startsWith('/token')) return { json: { access_token: plantedSecret(`fetched-${number}`) } };
      if (url.endsWith('/health')) return { status: isDown ? 500 : 204 };
      return url.includes('/reset') ? RESET : { json: { a: plantedSecret('answer') } };
    }),
  );
  const folder = createFolder();
  const write = (text: string) => folder.write('bondy.conf', text);
  const file = write(confOf('old', upstream.url));
  const readConfig = () => loadConfig(file, { env });
  const [log, spans] = [keepLog('debug'), keepSpans()];
  const gateway = createGateway(readConfig(), {
    log: log.log,
    env,
    readConfig,
    tracerProvider: spans.provider,
  });
  closeLater(() => gateway.stop(0));
  await gateway.start();
  const [admin = ''] = gateway.adminEndpoints;
  const [url = ''] = gateway.endpoints;
  const texts: string[] = [];
  const tokenOf = (version: string) => plantedSecret(`${version}-admin-token`);

  const bearer = (version: string) => ({ headers: { authorization: `Bearer ${tokenOf(version)}` } });
  const ending = new AbortController();
  const stream = readAll(`${admin}/events?calls=true`, { ...bearer('old'), signal: ending.signal }, texts);
  stream.catch(() => {});
  const operator = closeLater(await connectRaw(url));
  await hello(operator, OPERATORS);
  for (const [request, topic] of ['bondy.alarm.raised', 'bondy.alarm.cleared'].entries()) {
    operator.send([MESSAGE.SUBSCRIBE, request + 1, {}, topic]);
    await operator.next();
  }
  const caller = closeLater(await connectCaller(url));
  const leaving = closeLater(await connectRaw(url));
  expect((await logIn(leaving, REALM, byTicket('old', plantedSecret('old-user'))))[0]).toBe(MESSAGE.WELCOME);

  async function call(): Promise<void> {
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
    // The error of the gateway itself, without anything of the API.
    texts.push((await caller.call(GET, { id: 'reset' })).frame, (await caller.call(GET, {})).frame);
  }
  async function alarm(): Promise<void> {
    for (const down of [true, false]) {
      isDown = down;
      texts.push(JSON.stringify(await operator.next()));
    }
  }
  async function post(version: string, target: string): Promise<number> {
    const lines = ['Host: localhost', `Authorization: Bearer ${tokenOf(version)}`];
    const response = await rawRequest(admin, requestText(`POST ${target}`, lines));
    texts.push(response.body, JSON.stringify([...response.headers]));
    return response.status;
  }
  /** Runs a command, and keeps what it prints. */
  async function run(command: (host: FakeHost) => Promise<number>): Promise<number> {
    const host = createFakeHost();
    try {
      return await command(host);
    } catch (error) {
      texts.push(error instanceof Error ? error.message : '');
      return 1;
    } finally {
      texts.push(host.out(), host.err());
    }
  }
  const reloadBy = (version: string, dryRun = false) =>
    run((host) => reloadCommand({ admin, token: tokenOf(version), dryRun }, host));
  async function show(version: string): Promise<void> {
    const place = `realm=${REALM}&uri=${GET}`;
    for (const path of [
      ...['/status', '/metrics', '/history', '/configuration', '/services/billing', `/realms/${REALM}`],
      `/procedure?${place}`,
    ]) {
      const response = await fetch(`${admin}${path}`, bearer(version));
      expect(response.status).toBe(200);
      texts.push(await response.text());
    }
    const preview = await fetch(`${admin}/preview`, {
      method: 'POST',
      headers: { ...bearer(version).headers, 'content-type': 'application/json' },
      body: JSON.stringify({ realm: REALM, uri: GET, kwargs: { id: 1 } }),
    });
    expect(preview.status).toBe(200);
    texts.push(await preview.text());
    expect(await run((host) => statusCommand({ admin, token: tokenOf(version) }, host))).toBe(0);
    texts.push(JSON.stringify(gateway.status()));
  }

  await call();
  await show('old');

  // Mistakes in every kind of value, and in the files that the configuration names.
  write(
    confOf(
      'new',
      upstream.url,
      `+timeout = ${plantedSecret('new-timeout')}`,
      `+auth.fetch.url = ${plantedSecret('new-no-url')}`,
      `+auth.vars.secret = \${${MARK.slice(0, 3)}_UNSET}`,
      `admin.token = "${plantedSecret('new-token')}`,
      `listeners.clients.port = ${plantedSecret('new-port')}`,
      `rpc_gateway.services.billing.timeoot = ${plantedSecret('new-typo')}`,
      plantedSecret('new-line-without-equals'),
    ),
  );
  expect([await post('old', '/reload?dry_run=true'), await post('old', '/reload')]).toEqual([422, 422]);
  expect([await reloadBy('old', true), await reloadBy('old')]).toEqual([1, 1]);
  await show('old');
  folder.write('new-security.json', securityOf('new').replace('"password"', '"passwort"').slice(0, -1));
  write(confOf('new', upstream.url));
  expect(await post('old', '/reload')).toBe(422);
  folder.write('new-security.json', securityOf('new'));

  // A port that is taken: everything is prepared, and then undone.
  const taken = closeLater(createServer().listen(0, '127.0.0.1'));
  await once(taken, 'listening');
  const { port } = taken.address() as { readonly port: number };
  write(confOf('new', upstream.url, `listeners.other.port = ${port}`));
  expect([await post('old', '/reload'), await reloadBy('old')]).toEqual([422, 1]);
  await call();
  await show('old');

  write(confOf('new', upstream.url));
  expect([await post('old', '/reload?dry_run=true'), await reloadBy('old', true)]).toEqual([200, 0]);
  await alarm();
  const running = caller.call(GET, { id: 'running' });
  expect(await reloadBy('old')).toBe(0);
  expect(await running).toMatchObject({ kind: 'result' });
  texts.push(JSON.stringify(await leaving.next()));
  await call();
  await alarm();
  expect(await post('old', '/reload')).toBe(401);
  expect(await reloadBy('old')).toBe(1);
  await show('new');
  const back = closeLater(await connectRaw(url));
  expect((await logIn(back, REALM, byTicket('ann', plantedSecret('old-ann'))))[0]).toBe(MESSAGE.ABORT);

  write(confOf('old', upstream.url));
  expect(await post('new', '/reload')).toBe(200);
  await call();
  await show('old');
  ending.abort();
  await stream.catch(() => {});

  // The API got the secrets of both.
  const sent = upstream.requests.map(({ rawHeaders }) => rawHeaders.join());
  for (const version of ['old', 'new'])
    for (const where of ['header', 'environment', 'stored'])
      expect(sent.some((headers) => headers.includes(plantedSecret(`${version}-${where}`)))).toBe(true);
  const obtained = log.records().filter(({ msg }) => msg === 'token obtained');
  expect(obtained).toHaveLength(3);
  const shown = texts.join('\n');
  expect(shown).toContain('service billing: changed');
  expect(shown).toContain('event: call');
  expect(shown).toContain('http_connector_service_down');
  expect(spans.ofKind('SERVER').length).toBeGreaterThanOrEqual(12);
  const recorded = spans
    .spans()
    .map(({ span: { name, attributes, status, events, links } }) =>
      inspect({ name, attributes, status, events, links }, { depth: 9 }),
    );
  expect([...texts, ...recorded, log.text()].flatMap(leaksIn)).toEqual([]);
});

it('a reload of the login on a router reveals no secret', async () => {
  const realm = {
    uri: REALM,
    authmethods: ['ticket', 'anonymous'],
    users: ['old', 'new'].map((username) => ({ username, password: plantedSecret(`${username}-ticket`) })),
    sources: [
      { usernames: 'all', authmethod: 'ticket' },
      { usernames: ['anonymous'], authmethod: 'anonymous' },
    ],
    grants: [{ roles: 'all', permissions: ['wamp.call', 'wamp.register', 'wamp.unregister'], uri: 'any' }],
  };
  const fixture = await openAttachedFixture({ realms: [realm] });
  closeLater(fixture.close);
  const folder = createFolder();
  const write = (authid: string, ticket: string) =>
    folder.write(
      'bondy.conf',
      billingConf(
        fixture.upstream.url,
        `router.url = ${fixture.router.url}`,
        `router.sessions.main.realm = ${REALM}`,
        'router.sessions.main.authmethod = ticket',
        `router.sessions.main.authid = ${authid}`,
        `router.sessions.main.ticket = ${ticket}`,
        'log.level = debug',
        ...ADMIN_LINES,
      ),
    );
  const file = write('old', plantedSecret('old-ticket'));
  const readConfig = () => loadConfig(file, { env: {} });
  const log = keepLog('debug');
  const gateway = createGateway(readConfig(), { log: log.log, readConfig });
  closeLater(() => gateway.stop(0));
  await gateway.start();
  const outcomes: unknown[] = [];
  for (const [ticket, kind] of [
    [plantedSecret('wrong-ticket'), 'failed'],
    [plantedSecret('new-ticket'), 'done'],
  ] as const) {
    write('new', ticket);
    outcomes.push(await gateway.reload(undefined, { dryRun: true }));
    const outcome = await gateway.reload();
    expect(outcome.kind).toBe(kind);
    outcomes.push(outcome, gateway.status(), await scrapeText(gateway));
  }
  expect(await fixture.caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
  expect(log.text()).toContain('router router changed');
  expect([JSON.stringify(outcomes), log.text()].flatMap(leaksIn)).toEqual([]);
});
