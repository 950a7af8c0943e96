import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { guideOAuth2 } from '../../support/auth-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { runCommand, untilReady } from '../../support/command.js';
import { type Idp, issuing, startIdp, tokenOf } from '../../support/idp.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import { RESET, type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const TOKEN = plantedSecret('token');
/** The guide's OAuth2 section with a secret at every place of it. */
const PLANTED = [
  `+auth.vars.client_id = ${plantedSecret('client-id')}`,
  `+auth.vars.client_secret = ${plantedSecret('client-secret')}`,
  `+auth.fetch.basic_auth.username = ${plantedSecret('basic-user')}`,
  `+auth.fetch.basic_auth.password = ${plantedSecret('basic-password')}`,
  `+auth.fetch.headers.X-Key = ${plantedSecret('header')}`,
  `+auth.fetch.body.literal = ${plantedSecret('body')}`,
  'listeners.main.port = 0',
  'log.level = debug',
];
const IN_QUERY = ['+auth.apply.placement = query_param', '+auth.apply.name = key'];
/** Credentials out of the environment, and nothing in the file. */
const FROM_ENV = [
  '+auth.secrets.provider = env',
  '+auth.secrets.vars.client_id.field = CLIENT_ID',
  '+auth.secrets.vars.client_secret.field = CLIENT_SECRET',
];
const ENV = { CLIENT_ID: plantedSecret('env-id'), CLIENT_SECRET: plantedSecret('env-secret') };

describe('the command line with planted secrets', () => {
  let folder: TemporaryFolder;
  let upstream: RecordingUpstream;
  let idp: Idp;
  beforeEach(async () => {
    folder = createTemporaryFolder();
    upstream = await startRecordingUpstream();
    idp = await startIdp(issuing({ access_token: TOKEN }));
  });
  afterEach(async () => {
    await idp.close();
    await upstream.close();
    folder.remove();
  });

  const text = (...lines: string[]) =>
    [guideOAuth2(idp.origin), billingConf(upstream.url, ...PLANTED, ...lines)].join('\n');
  const config = (...lines: string[]) => folder.write('bondy.conf', text(...lines));
  async function printedBy(...words: string[]): Promise<{ code: number; text: string }> {
    const command = runCommand(words, { env: ENV });
    const code = await command.ended;
    return { code, text: command.out() + command.err() };
  }

  it.each([
    ['a token in a header', []],
    ['a token in the query', IN_QUERY],
    ['credentials from the environment', FROM_ENV],
  ])('prints no secret and requests no token in check and --dry-run: %s', async (_, lines) => {
    const path = config(...lines);
    const checked = await printedBy('check', '--config', path);
    expect([checked.code, checked.text]).toEqual([0, expect.stringContaining('4 procedures')]);
    const call = ['com.billing.get_invoice', 'id=1', '--dry-run', '--config', path];
    const shown = await printedBy('call', ...call);
    expect([shown.code, shown.text]).toEqual([0, expect.stringMatching(/(Bearer |key=\S*)\*\*\*/)]);
    expect(leaksIn(checked.text + shown.text)).toEqual([]);
    expect([idp.requests.length, upstream.connections]).toEqual([0, 0]);
  });

  it.each([
    ['credentials from the file', []],
    ['credentials from the environment', FROM_ENV],
  ])('prints no secret in start and call, whatever fails: %s', async (_, lines) => {
    const gateway = runCommand(['start', '--config', config('+retries = 0', ...lines)], { env: ENV });
    const { url } = await untilReady(gateway);
    const where = ['--url', url, '--realm', 'com.example.myrealm'];
    const call = () => printedBy('call', 'com.billing.get_invoice', 'id=1', ...where);
    idp.respondWith(({ text: sent, rawHeaders }) => ({
      status: 401,
      json: { error: 'invalid_client', error_description: sent + rawHeaders.join() },
    }));
    const outcomes = [await call()];
    gateway.send('SIGTERM');
    await gateway.ended;

    const again = runCommand(['start', '--config', config('+retries = 0', ...lines)], { env: ENV });
    const ready = await untilReady(again);
    where[1] = ready.url;
    idp.respondWith(issuing({ access_token: TOKEN }));
    outcomes.push(await call());
    upstream.respondWith(() => RESET);
    outcomes.push(await call());
    again.send('SIGTERM');
    await again.ended;

    expect(outcomes.map(({ code }) => code)).toEqual([1, 0, 1]);
    expect(outcomes[0]?.text).toContain('Authentication unavailable');
    expect(tokenOf(upstream.requests[0]!)).toBe(TOKEN);
    const printed = [gateway, again].map((command) => command.out() + command.err()).join('');
    expect(printed).toContain('token request failed');
    expect(printed).toContain('call failed');
    expect(leaksIn(printed + outcomes.map((outcome) => outcome.text).join(''))).toEqual([]);
  });

  describe('an error that is thrown', () => {
    const thrownBy = (action: () => unknown): unknown => {
      try {
        action();
      } catch (error) {
        return error;
      }
      throw new Error('nothing was thrown');
    };
    const everythingOf = (error: unknown) =>
      `${String(error)} ${JSON.stringify(error)} ${inspect(error, { depth: 20, showHidden: true, getters: true })}`;

    it.each([
      '+auth.fetch.url = http://localhost:{{client_secret}}/',
      `+auth.fetch.url = ftp://${plantedSecret('host')}/`,
      `+auth.fetch.url = http://user:${plantedSecret('password')}@localhost/`,
      `+auth.fetch.basic_auth.username = ${plantedSecret('user')}:x`,
      `+auth.fetch.headers.Authorization = ${plantedSecret('x')}日`,
      `+auth.fetch.body_encoding = ${plantedSecret('encoding')}`,
      `+auth.fetch.body.x = {{${plantedSecret('variable')}}}`,
      `+auth.apply.format = {{token}} {{${plantedSecret('variable')}}}`,
      `+auth.cache.refresh_margin = ${plantedSecret('margin')}`,
      `+auth.refresh_on = ${plantedSecret('statuses')}`,
      `+auth.secrets.provider = ${plantedSecret('provider')}`,
      `+auth.nonsense = ${plantedSecret('nonsense')}`,
    ])('contains no secret if the configuration is wrong: %s', (line) => {
      const error = thrownBy(() => createGateway(parseConfig(text(line), { env: {} })));
      expect(error).toBeInstanceOf(Error);
      expect(leaksIn(everythingOf(error))).toEqual([]);
    });

    it('contains no secret if a gateway cannot start', async () => {
      const conf = text(`listeners.main.port = ${upstream.port}`);
      const gateway = createGateway(parseConfig(conf, { env: {} }));
      const error = await gateway.start().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(Error);
      expect(leaksIn(everythingOf(error))).toEqual([]);
    });
  });
});
