import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthFixture,
  type AuthFixtureOptions,
  GET,
  openAuthFixture,
} from '../../support/auth-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { startGateway } from '../../support/gateway.js';
import { acceptingOnly, issuing } from '../../support/idp.js';
import { keepLog } from '../../support/log-lines.js';
import { leaksIn, MARK } from '../../support/planted-secrets.js';
import type { ResponseHandler } from '../../support/recording-upstream.js';
import {
  awsVariables,
  replaceAwsEnvironment,
  type SecretsManager,
  startSecretsManager,
} from '../../support/secrets-manager.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

const OLD = { CLIENT_ID: 'id-1', CLIENT_SECRET: `${MARK}-1` };
const NEW = { CLIENT_ID: 'id-1', CLIENT_SECRET: `${MARK}-2` };
const REFRESH_MS = 10_000;

const SECRET_ID = 'arn:aws:secretsmanager:us-east-1:123456789:secret:billing-creds';
/** The guide's section about AWS Secrets Manager; `+` stands for the service's prefix. */
const SECRETS = [
  '+auth.secrets.provider = aws_sm',
  `+auth.secrets.secret_id = ${SECRET_ID}`,
  '+auth.secrets.region = us-east-1',
  '+auth.secrets.vars.client_id.field = CLIENT_ID',
  '+auth.secrets.vars.client_id.transform = none',
  '+auth.secrets.vars.client_secret.field = CLIENT_SECRET',
  '+auth.secrets.vars.client_secret.transform = none',
  `+auth.secrets.refresh_interval = ${REFRESH_MS}ms`,
];
/** The guide's section about transforms, instead of the fields above. */
const TRANSFORMS = [
  '+auth.secrets.vars.client_id.field = AUTHORIZATION_HEADER',
  '+auth.secrets.vars.client_id.transform = basic_username',
  '+auth.secrets.vars.client_secret.field = AUTHORIZATION_HEADER',
  '+auth.secrets.vars.client_secret.transform = basic_password',
];

const PENDING = {
  status: 503,
  code: 'secrets',
  message: 'Service credentials pending',
  body: 'Service credentials pending',
  attempts: 0,
};

let endpoint: SecretsManager;
const closeLater = closeAfterEach();
beforeEach(async () => {
  endpoint = closeLater(await startSecretsManager(OLD));
  closeLater(replaceAwsEnvironment(awsVariables(endpoint.url)));
});

/** Polls for as long as a busy machine may need. */
const poll = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 });

/** The guide's billing service with its credentials in Secrets Manager. */
async function open(options: AuthFixtureOptions = {}): Promise<AuthFixture> {
  return closeLater(await openAuthFixture({ ...options, lines: [...SECRETS, ...(options.lines ?? [])] }));
}
/** The credentials of each token request, as the guide sends them. */
const sentCredentials = ({ idp }: AuthFixture) =>
  idp.requests.map(({ text }) => {
    const form = new URLSearchParams(text);
    return { CLIENT_ID: form.get('client_id'), CLIENT_SECRET: form.get('client_secret') };
  });
/** Resolves when this number of attempts to read the secret have failed. */
const failedAttempts = ({ log }: Pick<AuthFixture, 'log'>, count: number) =>
  poll(() => log.records().filter(({ retry_in_ms }) => retry_in_ms !== undefined)).toHaveLength(count);

describe('credentials in AWS Secrets Manager', () => {
  it('replace static ones', async () => {
    const fixture = await open();
    expect((await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
    expect(endpoint.secretIds).toEqual([SECRET_ID]);
    expect(sentCredentials(fixture)).toEqual([OLD]);
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it.each(['Basic ', 'basic ', ''])('are used without the prefix %j', async (prefix) => {
    const basic = Buffer.from(`user:${MARK}:with:colons`).toString('base64');
    endpoint.hold({ AUTHORIZATION_HEADER: `${prefix}${basic}` });
    const fixture = await open({ lines: TRANSFORMS });
    expect((await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
    expect(sentCredentials(fixture)).toEqual([{ CLIENT_ID: 'user', CLIENT_SECRET: `${MARK}:with:colons` }]);
  });
});

describe('a Secrets Manager endpoint that is down at the start', () => {
  it('delays only calls that need credentials, until it is up', async () => {
    await endpoint.stop();
    const fixture = await open();
    expect(fixture.gateway.procedureCount).toBe(4);
    for (const [failures, seconds] of [1, 2, 4].entries()) {
      await failedAttempts(fixture, failures + 1);
      expect(fixture.log.records().findLast(({ level }) => level === 'warn')).toMatchObject({
        service: 'billing',
        provider: 'aws_sm',
        cause: 'AWS Secrets Manager: ECONNREFUSED',
        retry_in_ms: seconds * 1_000,
      });
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect(answer.uri).toBe('bondy.error.bad_gateway');
      expect(ownError(answer)).toEqual({ ...PENDING, retry_after: seconds });
      if (seconds === 4) await endpoint.restart();
      fixture.clock.advance(seconds * 1_000);
    }
    await poll(() => fixture.log.text()).toContain('the secret has been read');
    expect([fixture.idp.requests.length, fixture.upstream.requests.length]).toEqual([0, 0]);
    expect((await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
    expect(sentCredentials(fixture)).toEqual([OLD]);
  });

  it('does not hide a mistake in a call', async () => {
    await endpoint.stop();
    const fixture = await open();
    const answer = await fixture.caller.call(GET, {});
    expect(answer.uri).toBe('wamp.error.invalid_argument');
  });
});

describe('a Secrets Manager endpoint that hangs', () => {
  it('delays the start for 3 s, and is asked again after 30 s', async () => {
    endpoint.hang();
    const clock = createFakeClock();
    const conf = billingConf(
      'http://127.0.0.1:9',
      ...SECRETS,
      '+auth.apply.format = {{client_id}}',
      '+auth.vars.token = t',
      '+retries = 0',
    );
    const log = keepLog();
    const starting = startGateway(conf, { clock, random: () => 0.5, log: log.log });
    await endpoint.arrived(1);
    clock.advance(3_000);
    const gateway = await starting;
    const caller = await connectCaller(gateway.url);
    expect(ownError(await caller.call(GET, { id: 1 }))).toEqual({ ...PENDING, retry_after: 1 });

    endpoint.hold(OLD);
    clock.advance(27_000);
    await failedAttempts({ log }, 1);
    expect(log.text()).toContain('AWS Secrets Manager: no response within 30 s');
    clock.advance(1_000);
    await endpoint.arrived(2);
    await poll(async () => (await caller.call(GET, { id: 1 })).kwargs['code']).toBe('connect');
    await caller.close();
    await gateway.stop(0);
  });

  it('does not keep the gateway from stopping', async () => {
    endpoint.hang();
    const clock = createFakeClock();
    const starting = startGateway(billingConf('http://127.0.0.1:9', ...SECRETS), { clock });
    const request = await endpoint.arrived(1);
    clock.advance(3_000);
    await (await starting).stop(0);
    expect(await request.responded).toBe(false);
    expect(clock.pending).toBe(0);
  });
});

describe('a rotated secret', () => {
  it('is used after refresh_interval', async () => {
    const fixture = await open();
    await fixture.caller.call(GET, { id: 1 });
    endpoint.hold(NEW);
    fixture.clock.advance(REFRESH_MS - 1);
    expect(endpoint.requests).toHaveLength(1);
    fixture.clock.advance(1);
    // A token of the old credentials is no longer valid: the next one is fetched at once.
    await fixture.idp.arrived(2);
    expect(sentCredentials(fixture)).toEqual([OLD, NEW]);
    await fixture.settle();
    expect((await fixture.caller.call(GET, { id: 2 })).kind).toBe('result');
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2']);
    expect(endpoint.requests).toHaveLength(2);
  });

  it('is used at once when the identity provider refuses the old one', async () => {
    const tokens = new Set(['token-1']);
    let valid = OLD;
    const checking: ResponseHandler = (request, response) =>
      new URLSearchParams(request.text).get('client_secret') === valid.CLIENT_SECRET
        ? issuing()(request, response)
        : { status: 401, json: { error: 'invalid_client', error_description: request.text } };
    const fixture = await open({
      idp: checking,
      api: acceptingOnly(tokens),
      lines: ['+auth.secrets.refresh_interval = 0'],
    });
    await fixture.caller.call(GET, { id: 1 });

    valid = NEW;
    endpoint.hold(NEW);
    tokens.clear();
    tokens.add('token-3');
    // The API refuses the token, the identity provider the secret; both are replaced within this
    // one call.
    expect((await fixture.caller.call(GET, { id: 2 })).kind).toBe('result');
    expect(sentCredentials(fixture)).toEqual([OLD, OLD, NEW]);
    expect(endpoint.requests).toHaveLength(2);
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it('that cannot be read does not replace the old one', async () => {
    const fixture = await open();
    await fixture.caller.call(GET, { id: 1 });
    await endpoint.stop();
    fixture.clock.advance(REFRESH_MS);
    await failedAttempts(fixture, 1);
    expect((await fixture.caller.call(GET, { id: 2 })).kind).toBe('result');
    expect(fixture.log.records()).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        cause: 'AWS Secrets Manager: ECONNREFUSED',
        retry_in_ms: 1_000,
      }),
    );
    endpoint.hold(NEW);
    await endpoint.restart();
    fixture.clock.advance(1_000);
    await fixture.idp.arrived(2);
    expect(sentCredentials(fixture)).toEqual([OLD, NEW]);
  });
});

describe('a secret that cannot be used', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const json = (secret: object) => () => endpoint.hold(secret);

  it.each<[string, () => void, RegExp, (readonly string[])?]>([
    ['is binary', () => endpoint.holdBinary(Buffer.from(`\xff${MARK}`, 'latin1')), /is binary and not UTF-8/],
    ['is broken JSON', () => endpoint.hold(`{"CLIENT_ID": "${MARK}`), /is not JSON/],
    ['is a text', () => endpoint.hold(`"${MARK}"`), /is not a JSON object/],
    ['lacks a field', json({ CLIENT_ID: MARK }), /^field CLIENT_SECRET is missing$/],
    ['has an empty field', json({ ...OLD, CLIENT_ID: '' }), /^field CLIENT_ID is empty$/],
    ['has a field of another type', json({ ...OLD, CLIENT_ID: [MARK] }), /^field CLIENT_ID must be text/],
    [
      'has no base64',
      json({ AUTHORIZATION_HEADER: `Basic ${MARK}` }),
      /^field AUTHORIZATION_HEADER /,
      TRANSFORMS,
    ],
    [
      'has no colon in its base64',
      json({ AUTHORIZATION_HEADER: `Basic ${base64(MARK)}` }),
      /^field AUTHORIZATION_HEADER .*no colon$/,
      TRANSFORMS,
    ],
    [
      'is refused by an endpoint that echoes',
      () => endpoint.fail(`${MARK}Exception`, { message: MARK, status: 403 }),
      /^AWS Secrets Manager: other error \(HTTP status 403\)$/,
    ],
  ])(
    'because it %s is pending, is named in the log, and can be repaired without a restart',
    async (_, spoil, cause, lines = []) => {
      spoil();
      const fixture = await open({ lines });
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect(ownError(answer)).toEqual({ ...PENDING, retry_after: 1 });
      const [record] = fixture.log.records().filter(({ level }) => level === 'warn');
      expect(record).toMatchObject({
        service: 'billing',
        provider: 'aws_sm',
        cause: expect.stringMatching(cause),
      });
      expect(leaksIn(fixture.log.text() + answer.frame)).toEqual([]);
      expect(fixture.log.text()).not.toContain(base64(MARK));

      endpoint.hold({ ...OLD, AUTHORIZATION_HEADER: `Basic ${base64(`id-1:${OLD.CLIENT_SECRET}`)}` });
      fixture.clock.advance(1_000);
      await poll(async () => (await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
      expect(sentCredentials(fixture)).toEqual([OLD]);
      expect(leaksIn(fixture.log.text())).toEqual([]);
    },
  );
});

/**
 * The built command as a process of its own, which tells on stderr what its ES modules import from
 * AWS.
 */
describe('the AWS SDK', () => {
  const COMMAND = fileURLToPath(new URL('../../../bin/rpc-gateway.js', import.meta.url));
  const HOOK = `import { writeSync } from 'node:fs';
    export async function resolve(specifier, context, next) {
      if (specifier.includes('@aws-sdk')) writeSync(2, 'imports ' + specifier + '\\n');
      return next(specifier, context);
    }`;
  const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
  const REGISTER = asModule(
    `import { register } from 'node:module'; register(${JSON.stringify(asModule(HOOK))});`,
  );
  const folder = createTemporaryFolder();
  afterEach(() => folder.remove());

  /** What a command wrote to stderr; `start` is stopped as soon as it is ready. */
  async function stderrOf(words: readonly string[], conf: string): Promise<string> {
    const file = folder.write('bondy.conf', `${conf}\nlisteners.test.port = 0\n`);
    const child = spawn(process.execPath, ['--import', REGISTER, COMMAND, ...words, '--config', file], {
      env: { ...process.env, ...awsVariables(endpoint.url), TOKEN: MARK },
    });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (chunk.includes('ready:')) child.kill('SIGTERM');
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    return text;
  }
  const conf = (...lines: string[]) =>
    billingConf('http://127.0.0.1:9', '+auth.secrets.vars.token.field = TOKEN', ...lines);
  const aws = conf(...SECRETS.slice(0, 3));

  it('is imported when a service reads its secret from Secrets Manager', async () => {
    endpoint.hold({ TOKEN: MARK });
    const stderr = await stderrOf(['start'], aws);
    expect(stderr.match(/^imports .*$/gm)).toEqual(['imports @aws-sdk/client-secrets-manager']);
    expect(endpoint.requests).toHaveLength(1);
  });

  it.each([
    ['start', conf('+auth.secrets.provider = env')],
    [
      'start',
      conf(
        '+auth.secrets.provider = file',
        `+auth.secrets.secret_id = ${folder.write('s.json', '{"TOKEN": 1}')}`,
      ),
    ],
    ['start', billingConf('http://127.0.0.1:9')],
    ['check', aws],
  ])('is not imported otherwise: %s, case %#', async (word, text) => {
    folder.write('s.json', '{"TOKEN": 1}');
    expect(await stderrOf([word], text)).not.toContain('imports');
    expect(endpoint.requests).toHaveLength(0);
  });
});
