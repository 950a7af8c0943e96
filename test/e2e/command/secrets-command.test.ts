import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { runCommand, untilReady } from '../../support/command.js';
import { leaksIn, MARK } from '../../support/planted-secrets.js';
import { RESET, type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const S = 'rpc_gateway.services.billing';

/** A secret at every place that holds one. */
const PLANTED = [
  `+auth.vars.token = ${MARK}-token`,
  `+auth.vars.other = ${MARK}-other`,
  '+auth.apply.format = Bearer {{token}}',
  '+auth.fetch.token_path = access_token',
  '+auth.fetch.body_encoding = form',
  `+auth.fetch.body.client_secret = ${MARK}-body`,
  `+auth.fetch.headers.X-Fetch = ${MARK}-header`,
  `+auth.fetch.basic_auth.username = ${MARK}-user`,
  `+auth.fetch.basic_auth.password = ${MARK}-password`,
  `+headers.X-Api-Key = ${MARK}-api-key`,
  `+cookies.session = ${MARK}-cookie`,
  'listeners.main.port = 0',
  'listeners.ops.protocol = admin',
  'listeners.ops.port = 0',
  `admin.token = ${MARK}-admin-token`,
  'log.level = debug',
];

/** Lines with a secret where it is wrong. None of the values may be quoted back. */
const WRONG = [
  `${S}.auth.fetch.client_secret = ${MARK}`,
  `${S}.auth.var.token = ${MARK}`,
  `${S}.timeout = ${MARK}`,
  `${S}.retries = ${MARK}`,
  `${S}.tls_verify = ${MARK}`,
  `${S}.base_url = ${MARK}`,
  `${S}.base_url = ftp://${MARK}.example.com/`,
  `${S}.base_url = https://user:${MARK}@example.com/`,
  `${S}.base_url = https://example.com:${MARK}/`,
  `${S}.base_url = https://example.com/{{${MARK}`,
  `${S}.base_url = https://example.com/#${MARK}`,
  `${S}.auth.fetch.url = https://user:${MARK}@example.com/`,
  `${S}.auth.fetch.url = ${MARK}`,
  `${S}.auth.fetch.method = ${MARK}`,
  `${S}.auth.fetch.token_path = ..${MARK}`,
  `${S}.auth.fetch.body.key = {{${MARK}`,
  `${S}.auth.fetch.basic_auth.password = ${MARK} {{`,
  `${S}.auth.fetch.headers.X-A = ${MARK}日本`,
  `${S}.auth.fetch.headers.Authorization = ${MARK}`,
  `${S}.auth.fetch.basic_auth.username = ${MARK}:a`,
  `${S}.auth.fetch.basic_auth.username = {{user}}\n${S}.auth.vars.user = ${MARK}:a`,
  `${S}.auth.fetch.basic_auth.password = ${MARK}\u0007`,
  `${S}.auth.fetch.headers.X-A = {{a}}\n${S}.auth.vars.a = ${MARK}日本`,
  `${S}.auth.fetch.url = https://idp.invalid/{{a}}\n${S}.auth.fetch.url = https://idp.invalid/%{{${MARK}}}`,
  `${S}.auth.fetch.method = get`,
  `${S}.auth.apply.format = ${MARK}`,
  `${S}.auth.secrets.provider = env\n${S}.auth.secrets.secret_id = ${MARK}\n${S}.auth.secrets.region = ${MARK}`,
  `${S}.auth.secrets.provider = env\n${S}.auth.secrets.vars.unused.field = ${MARK}`,
  `${S}.auth.apply.format = ${MARK} {{token`,
  `${S}.auth.apply.placement = ${MARK}`,
  `${S}.auth.apply.name = ${MARK} with space`,
  `${S}.auth.vars.token = ${MARK}日本`,
  `${S}.auth.secrets.provider = ${MARK}`,
  `${S}.auth.cache.default_ttl = ${MARK}`,
  `${S}.auth.refresh_on = ${MARK}`,
  `${S}.headers.X-A = ${MARK} {{}}`,
  `${S}.headers.X-A = ${MARK}日本`,
  `${S}.headers.Host = ${MARK}`,
  `${S}.query.a = ${MARK} {{a b}}`,
  `${S}.cookies.a = ${MARK};`,
  `${S}.errors.404 = ${MARK} with space`,
  `${S}.errors.abc = ${MARK}`,
  `${S}.idempotency_header = ${MARK} with space`,
  `${S}.retry.statuses = ${MARK}`,
  `${S}.pool.size = ${MARK}`,
  `${S}.pool.max_response_size = ${MARK}`,
  `${S}.pool.follow_redirect = ${MARK}`,
  `${S}.tls.certfile = /nowhere/x.pem\n${S}.tls.keyfile = "${MARK}`,
  `${S}.procedures.get_invoice.method = ${MARK}`,
  `${S}.procedures.get_invoice.path = /{{${MARK}`,
  `${S}.procedures.get_invoice.body.a = {{${MARK}`,
  `${S}.procedures.get_invoice.body = ${MARK}`,
  `${S}.procedures.get_invoice.uri = ${MARK} with space`,
  `${S}.procedures.get_invoice.realm = ${MARK} with space`,
  `${S}.procedures.get_invoice.remaining = ${MARK}`,
  `${S}.procedures.get_invoice.response.headers = ${MARK} with space`,
  `${S}.auth.vars.token ${MARK}`,
  `= ${MARK}`,
  `${S}.auth.vars.token = "${MARK}`,
  `${S}.auth.vars.token = \${A:-${MARK}`,
  `${S}.auth.vars.token = ${MARK} \${UNSET}`,
  `listeners.main.port = ${MARK}`,
  `listeners.main.ip = ${MARK}`,
  `listeners.main.path = ${MARK}`,
  `listeners.main.origins = ${MARK}`,
  `log.level = ${MARK}`,
  `wamp.call_timeout = ${MARK}`,
  `security.allow_anonymous_user = ${MARK}`,
  `admin.token = ${MARK} with space`,
  `admin.hosts = ${MARK}/x`,
  `admin.realm = ${MARK} with space`,
  `admin.tokne = ${MARK}`,
  `admin_api.tokne = ${MARK}`,
  `router.url = ${MARK}`,
  `router.sessions.a.secret_key = ${MARK}`,
  `other.subsystem = ${MARK}`,
  `listeners.main.unknown = ${MARK}`,
];

describe('secrets and the command line', () => {
  let folder: TemporaryFolder;
  let upstream: RecordingUpstream;
  beforeEach(async () => {
    folder = createTemporaryFolder();
    upstream = await startRecordingUpstream(({ url }) => ({
      json: url === '/token' ? { access_token: `${MARK}-fetched` } : { ok: true },
    }));
  });
  afterEach(async () => {
    await upstream.close();
    folder.remove();
  });
  const config = (...lines: string[]) =>
    folder.write(
      'bondy.conf',
      billingConf(upstream.url, ...PLANTED, `+auth.fetch.url = ${upstream.url}/token`, ...lines),
    );

  async function printedBy(...words: string[]): Promise<{ code: number; text: string }> {
    const command = runCommand(words);
    const code = await command.ended;
    return { code, text: command.out() + command.err() };
  }

  it('check prints no secret of a valid file', async () => {
    const { code, text } = await printedBy('check', '--config', config());
    expect(leaksIn(text)).toEqual([]);
    expect([code, text]).toEqual([0, expect.stringContaining('4 procedures')]);
  });

  it.each(WRONG)('check and start print no value of %s', async (line) => {
    const path = config(line);
    const checked = await printedBy('check', '--config', path);
    expect(leaksIn(checked.text)).toEqual([]);
    expect(checked.text).not.toBe('');
    // What is only a notice would let the gateway run on.
    if (checked.code === 0) return;
    const started = await printedBy('start', '--config', path);
    expect(leaksIn(started.text)).toEqual([]);
    expect([checked.code, started.code]).toEqual([1, 1]);
  });

  it('start logs no secret, for successful and failed calls', async () => {
    const gateway = runCommand(['start', '--config', config('+retries = 0')]);
    const { url } = await untilReady(gateway);
    const call = (...words: string[]) =>
      printedBy('call', 'com.billing.get_invoice', ...words, '--url', url, '--realm', 'com.example.myrealm');
    const outcomes = [await call('id=1'), await call(`x=${MARK}`)];
    upstream.respondWith(() => RESET);
    outcomes.push(await call('id=1', `x=${MARK}`));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 1, 1]);
    for (const { text } of outcomes) expect(leaksIn(text)).toEqual([]);
    gateway.send('SIGTERM');
    await gateway.ended;
    expect(gateway.err()).toContain('call failed');
    expect(leaksIn(gateway.out() + gateway.err())).toEqual([]);
  });

  it('call --dry-run masks secrets of the configuration, and kwargs with the names of secrets', async () => {
    const words = ['id=1', `_headers={"Authorization":"Basic ${MARK}","X-Auth-Token":"${MARK}"}`];
    const path = config();
    const { code, text } = await printedBy(
      'call',
      'com.billing.get_invoice',
      ...words,
      '--dry-run',
      '--config',
      path,
    );
    expect(code).toBe(0);
    expect(text).toContain('Bearer ***');
    expect(leaksIn(text)).toEqual([]);
    expect(upstream.connections).toBe(0);
  });

  it('call --dry-run masks a key in the query', async () => {
    const placed = ['+auth.apply.placement = query_param', '+auth.apply.name = api_key'];
    const path = config(...placed, '+auth.apply.format = {{token}}');
    const words = ['call', 'com.billing.get_invoice', 'id=1', '--dry-run', '--config', path];
    const { text } = await printedBy(...words);
    expect(text).toMatch(/[?&]api_key=\S*\*\*\*/);
    expect(leaksIn(text)).toEqual([]);
  });
});
