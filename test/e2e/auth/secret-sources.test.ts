import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../../src/assembly/create-gateway.js';
import { guideOAuth2, NO_TOKEN } from '../../support/auth-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { ownError } from '../../support/caller.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { type Idp, issuing, startIdp } from '../../support/idp.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import { RESET } from '../../support/recording-upstream.js';
import {
  awsVariables,
  replaceAwsEnvironment,
  type SecretsManager,
  startSecretsManager,
} from '../../support/secrets-manager.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const GET = 'com.billing.get_invoice';
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Where the variables of the guide's OAuth2 section come from, instead of auth.vars. */
const FIELDS = [
  '+auth.secrets.vars.client_id.field = CLIENT_ID',
  '+auth.secrets.vars.client_secret.field = AUTHORIZATION',
  '+auth.secrets.vars.client_secret.transform = basic_password',
];
const GOOD = {
  CLIENT_ID: plantedSecret('client-id'),
  AUTHORIZATION: basic(plantedSecret('user'), plantedSecret('password')),
  OTHER: plantedSecret('other'),
};
/** Incomplete secrets, and what the log must name. */
const UNUSABLE: readonly (readonly [string, object, string])[] = [
  ['a field that is missing', { ...GOOD, CLIENT_ID: undefined }, 'CLIENT_ID'],
  ['a value that is no Basic', { ...GOOD, AUTHORIZATION: plantedSecret('no base64 !') }, 'AUTHORIZATION'],
  [
    'a Basic without a colon',
    { ...GOOD, AUTHORIZATION: `Basic ${btoa(plantedSecret('no-colon'))}` },
    'AUTHORIZATION',
  ],
];
const UNREADABLE: readonly (readonly [string, object, string])[] = [
  ['a value that is a dict', { ...GOOD, CLIENT_ID: { value: plantedSecret('dict') } }, 'CLIENT_ID'],
  ['a value that is null', { ...GOOD, CLIENT_ID: null }, 'CLIENT_ID'],
];

const PENDING = 'Service credentials pending';

describe('planted secrets of a provider, at log.level = debug', () => {
  let fixture: GatewayFixture;
  let idp: Idp;
  const after: (() => unknown)[] = [];
  afterEach(async () => {
    await fixture.close();
    await idp.close();
    for (const undo of after.splice(0)) await undo();
  });

  async function open(lines: readonly string[], gateway: GatewayOptions = {}): Promise<void> {
    idp = await startIdp(issuing({ access_token: plantedSecret('token') }));
    fixture = await openGatewayFixture({
      conf: (url) => [guideOAuth2(idp.origin), billingConf(url, ...FIELDS, ...lines)].join('\n'),
      gateway,
    });
  }

  /**
   * Calls while the secret is not available. The log names `named`; log and error have no value.
   */
  async function expectPending(named: string): Promise<void> {
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect([answer.uri, ownError(answer)]).toEqual([
      'bondy.error.bad_gateway',
      expect.objectContaining({ status: 503, code: 'secrets', message: PENDING, body: PENDING, attempts: 0 }),
    ]);
    const warnings = fixture.log
      .records()
      .filter(({ level, cause }) => level === 'warn' && cause !== undefined);
    expect(warnings).not.toEqual([]);
    expect(JSON.stringify(warnings)).toContain(named);
    expect([idp.requests.length, fixture.upstream.connections]).toEqual([0, 0]);
    expect(leaksIn(fixture.log.text() + answer.frame)).toEqual([]);
  }

  async function expectServed(): Promise<void> {
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect(answer.kwargs).toMatchObject({ status: 200 });
    expect(Object.fromEntries(new URLSearchParams(idp.requests[0]?.text))).toMatchObject({
      client_id: plantedSecret('client-id'),
      client_secret: plantedSecret('password'),
    });
    expect(leaksIn(fixture.log.text() + answer.frame)).toEqual([]);
  }

  describe('env', () => {
    const line = '+auth.secrets.provider = env';

    it('do not leak when everything works', async () => {
      await open([line], { env: GOOD });
      await expectServed();
    });

    it.each(UNUSABLE)('do not leak: %s', async (_, env, named) => {
      await open([line], { env: env as Record<string, string | undefined> });
      await expectPending(named);
    });

    it.each([
      [
        'part of the credential, with a line break',
        ['+auth.apply.format = {{token}} {{key}}'],
        `a\r\n${plantedSecret('b')}`,
      ],
      [
        'a header of the token request',
        ['+auth.fetch.headers.X-Key = {{key}}'],
        `a\r\n${plantedSecret('b')}`,
      ],
      [
        'a header of the token request, beyond Latin-1',
        ['+auth.fetch.headers.X-Key = {{key}}'],
        `${plantedSecret('日')}`,
      ],
      ['a host', ['+auth.fetch.url = http://{{key}}.invalid/'], plantedSecret('a b/c')],
      ['a port', ['+auth.fetch.url = http://localhost:{{key}}/'], plantedSecret('port')],
      [
        'a user name with a colon',
        ['+auth.fetch.basic_auth.username = {{key}}', '+auth.fetch.basic_auth.password = x'],
        plantedSecret(':'),
      ],
    ])('do not leak when they cannot be used: %s', async (_, lines, key) => {
      await open([line, '+auth.secrets.vars.key.field = KEY', ...lines], { env: { ...GOOD, KEY: key } });
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect(answer.kwargs).toMatchObject({ ...NO_TOKEN, attempts: 0 });
      expect(fixture.upstream.connections).toBe(0);
      expect(leaksIn(fixture.log.text() + answer.frame)).toEqual([]);
    });

    it.each([
      ['a line break', `${plantedSecret('key')}\r\nX-Evil: 1`],
      ['a character beyond Latin-1', plantedSecret('日本')],
    ])('do not leak when they are a static key with %s', async (_, TOKEN) => {
      idp = await startIdp();
      const key = [line, '+auth.secrets.vars.token.field = TOKEN', '+auth.apply.format = Key {{token}}'];
      fixture = await openGatewayFixture({ lines: key, gateway: { env: { TOKEN } } });
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect(answer.kwargs).toMatchObject({ ...NO_TOKEN, attempts: 0 });
      expect(fixture.upstream.connections).toBe(0);
      expect(leaksIn(fixture.log.text() + answer.frame)).toEqual([]);
    });
  });

  describe('file', () => {
    let folder: TemporaryFolder;
    const lines = () => [
      '+auth.secrets.provider = file',
      `+auth.secrets.secret_id = ${folder.path}/secret.json`,
    ];
    async function openFile(text: string): Promise<void> {
      folder = createTemporaryFolder();
      after.push(() => folder.remove());
      folder.write('secret.json', text);
      await open(lines());
    }

    it('do not leak when everything works', async () => {
      await openFile(JSON.stringify(GOOD));
      await expectServed();
    });

    it.each([...UNUSABLE, ...UNREADABLE])('do not leak: %s', async (_, secret, named) => {
      await openFile(JSON.stringify(secret));
      await expectPending(named);
    });

    it.each([
      ['no JSON', `{"CLIENT_ID": ${plantedSecret('broken')}`, 'JSON'],
      ['a text', JSON.stringify(plantedSecret('text')), 'JSON'],
      ['a list', JSON.stringify([plantedSecret('item')]), 'field CLIENT_ID is missing'],
    ])('do not leak: %s', async (_, text, named) => {
      await openFile(text);
      await expectPending(named);
    });

    it('do not leak when they are files in a folder', async () => {
      folder = createTemporaryFolder();
      after.push(() => folder.remove());
      for (const [name, text] of Object.entries(GOOD)) folder.write(`secret.json/${name}`, `${text}\n`);
      await open(lines());
      await expectServed();
    });

    it('do not leak when one of the files in a folder is not text', async () => {
      folder = createTemporaryFolder();
      after.push(() => folder.remove());
      for (const [name, text] of Object.entries(GOOD)) folder.write(`secret.json/${name}`, text);
      writeFileSync(
        `${folder.path}/secret.json/CLIENT_ID`,
        Buffer.from(`${plantedSecret('binary')}\xff`, 'latin1'),
      );
      await open(lines());
      await expectPending('CLIENT_ID is not UTF-8');
    });
  });

  describe('aws_sm, through the real SDK', () => {
    let secrets: SecretsManager;
    const lines = [
      '+auth.secrets.provider = aws_sm',
      '+auth.secrets.secret_id = arn:aws:secretsmanager:us-east-1:123456789:secret:billing-creds',
      '+auth.secrets.region = us-east-1',
    ];
    async function openAws(prepare: (secrets: SecretsManager) => unknown): Promise<void> {
      secrets = await startSecretsManager(GOOD);
      after.push(() => secrets.close());
      after.push(
        replaceAwsEnvironment({
          ...awsVariables(secrets.url),
          AWS_ACCESS_KEY_ID: plantedSecret('access-key'),
          AWS_SECRET_ACCESS_KEY: plantedSecret('secret-access-key'),
          AWS_SESSION_TOKEN: plantedSecret('session-token'),
        }),
      );
      await prepare(secrets);
      await open(lines);
    }

    it('do not leak when everything works', async () => {
      await openAws(() => undefined);
      await expectServed();
      expect(secrets.requests[0]?.headers.authorization).toContain(plantedSecret('access-key'));
    });

    it.each([...UNUSABLE, ...UNREADABLE])('do not leak: %s', async (_, secret, named) => {
      await openAws((manager) => manager.hold(secret));
      await expectPending(named);
    });

    it.each<[string, (manager: SecretsManager) => unknown]>([
      ['no JSON', (manager) => manager.hold(`{"CLIENT_ID": ${plantedSecret('broken')}`)],
      ['bytes', (manager) => manager.holdBinary(Buffer.from(JSON.stringify(plantedSecret('bytes'))))],
      [
        'access denied',
        (manager) => manager.fail('AccessDeniedException', { message: plantedSecret('message') }),
      ],
      [
        'an error of its own',
        (manager) => manager.fail(plantedSecret('Exception'), { message: plantedSecret('message') }),
      ],
      [
        'a failure inside',
        (manager) => manager.fail(plantedSecret('x'), { status: 500, message: plantedSecret('m') }),
      ],
      [
        'an echo',
        (manager) =>
          manager.respondWith(({ text, rawHeaders }) => ({
            status: 403,
            headers: { 'x-amzn-errortype': plantedSecret('type'), 'x-echo': rawHeaders.join(' ') },
            json: { message: text + rawHeaders.join(' ') },
          })),
      ],
      ['no JSON of AWS', (manager) => manager.respondWith(() => ({ body: plantedSecret('text') }))],
      ['a reset', (manager) => manager.respondWith(() => RESET)],
      ['a refused connection', (manager) => manager.stop()],
    ])('do not leak: %s', async (_, prepare) => {
      await openAws(prepare);
      await expectPending('');
    });
  });
});
