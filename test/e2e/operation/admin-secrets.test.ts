import { expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { status as statusCommand } from '../../../src/cli/status.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeHost } from '../../support/fake-host.js';
import { keepLog } from '../../support/log-lines.js';
import { leaksIn, MARK, plantedSecret } from '../../support/planted-secrets.js';
import { rawRequest, requestText } from '../../support/raw-http.js';
import { RESET, startRecordingUpstream } from '../../support/recording-upstream.js';

const closing = closeAfterEach();

const TOKEN = plantedSecret('admin-token');

it('no answer of an admin listener, and no log line, has a secret', async () => {
  const upstream = closing(
    await startRecordingUpstream(({ url, number }) =>
      url === '/token' ? { json: { access_token: plantedSecret('fetched') } } : number % 2 ? RESET : {},
    ),
  );
  const conf = billingConf(
    `${upstream.url}/{{path}}`,
    `+auth.vars.path = ${plantedSecret('path')}`,
    `+auth.vars.secret = ${plantedSecret('var')}`,
    '+auth.apply.format = Bearer {{token}}',
    `+auth.fetch.url = ${upstream.url}/token`,
    '+auth.fetch.token_path = access_token',
    '+auth.fetch.body_encoding = form',
    '+auth.fetch.body.client_secret = {{secret}}',
    `+auth.fetch.basic_auth.username = ${plantedSecret('user')}`,
    `+auth.fetch.basic_auth.password = ${plantedSecret('password')}`,
    `+headers.X-Api-Key = ${plantedSecret('header')}`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    '+headers.X-Tenant = acme ${TENANT}',
    `+procedures.create_invoice.body.login = {"user": "acme", "password": "${plantedSecret('body')}"}`,
    `+cookies.session = ${plantedSecret('cookie')}`,
    `+query.key = ${plantedSecret('query')}`,
    `+procedures.get_invoice.path = /invoices/{{id}}?key=${MARK}`,
    '+retries = 0',
    '+liveness.interval = 1s',
    '+liveness.timeout = 1s',
    'listeners.clients.port = 0',
    'listeners.ops.protocol = admin',
    'listeners.ops.port = 0',
    `admin.token = ${TOKEN}`,
    'admin.realm = com.example.myrealm',
    'log.calls = all',
  );
  const log = keepLog('debug');
  const gateway = createGateway(parseConfig(conf, { env: { TENANT: plantedSecret('tenant') } }), {
    log: log.log,
  });
  closing(() => gateway.stop(0));
  await gateway.start();
  const [url = ''] = gateway.adminEndpoints;
  const caller = closing(await connectCaller(gateway.endpoints[0]!));
  for (let id = 0; id < 4; id++) await caller.call('com.billing.get_invoice', { id, x: MARK });

  const texts: string[] = [];
  const headers = ['Host: localhost', `Authorization: Bearer ${TOKEN}`];
  const targets = [
    ...[
      '/',
      '/livez',
      '/readyz',
      '/status',
      '/metrics',
      '/traffic',
      '/history',
      '/services/billing',
      '/configuration',
    ],
    ...['/realms/com.example.myrealm', `/realms/${MARK}`, `POST /realms/${MARK}/sessions/1/kill`],
    ...['probe', 'refresh-token', 'refresh-secret', 'disable', 'enable', MARK].map(
      (action) => `POST /services/billing/${action}`,
    ),
    `POST /services/${MARK}/enable`,
    'POST /reload',
    `POST /reload?${MARK}=1`,
    `/${MARK}`,
  ];
  for (const target of targets) {
    for (const lines of [
      headers,
      [...headers, `Origin: http://${MARK}`],
      [headers[0]!, `Authorization: Basic ${MARK}`],
    ]) {
      const response = await rawRequest(url, requestText(target, lines));
      texts.push(response.body, JSON.stringify([...response.headers]));
    }
  }
  for (const procedure of ['service.list', 'service.status'].map((name) => `bondy.http_connector.${name}`)) {
    const { frame, kind } = await caller.call(procedure);
    expect(kind).toBe('result');
    texts.push(frame);
  }
  const host = createFakeHost();
  await statusCommand({ admin: url, token: TOKEN }, host);
  texts.push(host.out(), host.err(), log.text(), JSON.stringify(gateway.status()));
  // Who asks for a service by a wrong name gets it back. The log does not have it.
  const own = `there is no service ${MARK}`;
  expect(texts.flatMap((text) => leaksIn(text.replaceAll(own, '')))).toEqual([]);
  expect(host.out()).toContain('billing');
  expect(texts.join('\n')).toContain('rpc_gateway.services.billing.headers.X-Api-Key');
});
