import { existsSync, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { startIdp } from '../../test/support/idp.js';
import { HANG } from '../../test/support/recording-upstream.js';
import {
  awsVariables,
  replaceAwsEnvironment,
  type SecretsManager,
  startSecretsManager,
} from '../../test/support/secrets-manager.js';
import { createTemporaryFolder } from '../../test/support/temporary-folder.js';
import { type AwsLimits, createAwsSecretsManager } from './aws-secrets-manager.js';
import { SecretError, type SecretProvider } from './provider.js';

/** Planted wherever an endpoint could hand it back. */
const MARK = 'S3CR3T';
const SECRET = { secretId: 'billing-creds', region: 'eu-central-1' };

let endpoint: SecretsManager;
let restore: () => void;
beforeEach(async () => {
  endpoint = await startSecretsManager({ CLIENT_ID: 'id', CLIENT_SECRET: MARK });
  restore = replaceAwsEnvironment(awsVariables(endpoint.url));
});
afterEach(async () => {
  restore();
  await endpoint.close();
});

const create = (limits?: AwsLimits): SecretProvider =>
  createAwsSecretsManager(SECRET, createFakeClock(), limits);

/**
 * The message of the SecretError that a read ends with; fails where the error could show more than
 * that.
 */
async function failureOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SecretError);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(MARK);
  return (error as SecretError).message;
}

describe('an existing secret', () => {
  it('is requested by its id, in its region, with the credentials of the environment', async () => {
    const fields = await create().read();
    expect([fields.get('CLIENT_ID'), fields.get('CLIENT_SECRET')]).toEqual(['id', MARK]);
    expect(endpoint.secretIds).toEqual(['billing-creds']);
    const [request] = endpoint.requests;
    expect(request?.headers['authorization']).toMatch(
      /Credential=AKIDTEST\/\d{8}\/eu-central-1\/secretsmanager\//,
    );
  });

  it('hides its values from print', async () => {
    const fields = await create().read();
    expect(inspect({ fields }, { depth: 9 }) + JSON.stringify({ fields })).not.toContain(MARK);
  });

  it('keeps every digit of a large number, and may have a field called __proto__', async () => {
    endpoint.hold('{"id": 12345678901234567890, "__proto__": {"id": "other"}}');
    const fields = await create().read();
    expect(fields.get('id')).toBe(12345678901234567890n);
    expect(fields.get('__proto__')).toEqual({ id: 'other' });
  });

  it('may begin with a byte order mark', async () => {
    endpoint.hold('\ufeff{"CLIENT_ID": "id"}');
    expect((await create().read()).get('CLIENT_ID')).toBe('id');
  });

  it('is read again each time', async () => {
    const provider = create();
    await provider.read();
    endpoint.hold({ CLIENT_ID: 'rotated' });
    expect((await provider.read()).get('CLIENT_ID')).toBe('rotated');
  });
});

describe('the field of a secret', () => {
  it.each([
    ['plain text', MARK, '.', MARK],
    ['a whole JSON text', '{"a":1}', '.', '{"a":1}'],
    ['nested JSON', `{"db":{"keys":["x","${MARK}"]}}`, 'db.keys.1', MARK],
    ['a list', `["${MARK}"]`, '0', MARK],
    ['a field with dots in its name', `{"db.key":"${MARK}","db":{"key":"no"}}`, 'db.key', MARK],
  ])('is read from %s, in SecretString and SecretBinary', async (_, text, field, value) => {
    endpoint.hold(text);
    expect((await create().read()).get(field)).toBe(value);
    endpoint.holdBinary(Buffer.from(text));
    expect((await create().read()).get(field)).toBe(value);
  });
});

describe('an unusable secret', () => {
  it('is binary', async () => {
    endpoint.holdBinary(Buffer.from(`\xff${MARK}`, 'latin1'));
    expect(await failureOf(create().read())).toBe('the secret is binary and not UTF-8 text');
  });

  it.each([
    [`{"CLIENT_ID": "${MARK}`, 'the SecretString is not JSON'],
    [MARK, 'the SecretString is not JSON'],
    ['', 'the SecretString is not JSON'],
    [`"${MARK}"`, 'the SecretString is not a JSON object'],
    ['null', 'the SecretString is not a JSON object'],
    [`${'{"a":'.repeat(600)}1${'}'.repeat(600)}`, 'the SecretString is not JSON'],
    ['\ufeff\ufeff{}', 'the SecretString is not JSON'],
  ])('is not a JSON object: %j', async (text, message) => {
    endpoint.hold(text);
    const reading = create().read();
    expect(await failureOf(reading.then((fields) => fields.get('a')))).toBe(
      `${message}; use field = . for the whole text`,
    );
    expect((await reading).get('.')).toBe(text.replace(/^\ufeff/, ''));
  });

  it('contains neither text nor bytes', async () => {
    endpoint.respondWith(() => ({ body: '{"Name":"billing-creds"}' }));
    expect(await failureOf(create().read())).toBe('the secret has no SecretString');
  });
});

describe('an endpoint that refuses', () => {
  it.each([
    ['ResourceNotFoundException', 400],
    ['AccessDeniedException', 400],
    ['DecryptionFailure', 400],
    ['UnrecognizedClientException', 400],
    ['ExpiredTokenException', 400],
    ['com.amazon.coral.service#InternalServiceError', 500],
    ['ThrottlingException', 400],
  ])('is named in the message with %s', async (type, status) => {
    endpoint.fail(type, { status, message: `no: ${MARK}` });
    expect(await failureOf(create().read())).toBe(`AWS Secrets Manager: ${type.replace(/^.*#/, '')}`);
  });

  it.each([
    [MARK, MARK],
    [`${MARK}Exception`, 'x'],
    [`aws#${MARK}`, 'x'],
    ['NoSuchException', MARK],
    ['', MARK],
  ])('has an unknown error with the type %j', async (type, message) => {
    endpoint.fail(type, { message });
    expect(await failureOf(create().read())).toBe('AWS Secrets Manager: other error (HTTP status 400)');
  });

  it('puts nothing into the message if it repeats the request everywhere', async () => {
    endpoint.respondWith(({ headers, text }) => {
      const echo = `${MARK} ${headers['authorization']} ${text}`;
      const body = { __type: echo, message: echo, code: echo, name: echo, Type: echo, Code: echo };
      return {
        status: 403,
        headers: { 'x-amzn-requestid': echo, 'x-amzn-errortype': echo },
        json: { ...body, stack: echo, cause: body, $metadata: { httpStatusCode: echo }, Error: body },
      };
    });
    const message = await failureOf(create().read());
    expect(message).toMatch(/^AWS Secrets Manager: other error/);
    expect(message).not.toMatch(/AKIDTEST|Signature|billing/);
  });

  it('puts its status into the message if it sends no JSON', async () => {
    endpoint.respondWith(() => ({ status: 502, body: `<html>${MARK}</html>` }));
    expect(await failureOf(create().read())).toBe('AWS Secrets Manager: other error (HTTP status 502)');
  });

  it('puts nothing into the message if its response is cut', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n';
    endpoint.respondWith(() => ({ raw: `${head}{"SecretString":"${MARK}`, afterwards: 'close' }));
    expect(await failureOf(create().read())).toMatch(/^AWS Secrets Manager: (ECONNRESET|other error)/);
  });
});

describe('an endpoint with a large response', () => {
  /** Far more than the buffers of a connection take: it goes out whole only where it is read. */
  function* thirtyTwoMegabytes() {
    for (let chunk = 0; chunk < 512; chunk++) yield Buffer.alloc(64 * 1024, 'x');
  }
  const TOO_LARGE = 'AWS Secrets Manager: the response is larger than 1048576 bytes';
  it.each([200, 400, 500])('is disconnected after 1 MB, with status %d', async (status) => {
    endpoint.respondWith((_request, response) => {
      response.writeHead(status);
      void pipeline(thirtyTwoMegabytes(), response).catch(() => undefined);
      return 'handled';
    });
    expect(await failureOf(create().read())).toBe(TOO_LARGE);
    const [request, ...more] = endpoint.requests;
    expect(await request?.responded).toBe(false);
    expect(more).toEqual([]);
  });

  it('may send exactly 1 MB', async () => {
    const empty = JSON.stringify({ SecretString: '{"a":""}' });
    const responseOf = (length: number) =>
      empty.replace('\\"\\"', `\\"${'x'.repeat(length - empty.length)}\\"`);
    endpoint.respondWith(() => ({ body: responseOf(1024 * 1024) }));
    expect((await create().read()).get('a')).toMatch(/^x+$/);
    endpoint.respondWith(() => ({ body: responseOf(1024 * 1024 + 1) }));
    expect(await failureOf(create().read())).toBe(TOO_LARGE);
  });
});

describe('an endpoint that is not available', () => {
  it('causes an error, and works as soon as it is available', async () => {
    const provider = create();
    await endpoint.stop();
    expect(await failureOf(provider.read())).toBe('AWS Secrets Manager: ECONNREFUSED');
    await endpoint.restart();
    expect((await provider.read()).get('CLIENT_ID')).toBe('id');
  });

  it('may have a name that does not resolve', async () => {
    process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = `http://${MARK}.invalid`;
    expect(await failureOf(create().read())).toMatch(/^AWS Secrets Manager: (ENOTFOUND|EAI_AGAIN)$/);
  });

  it('may have an invalid URL', async () => {
    process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = `${MARK} no url`;
    expect(await failureOf(create().read())).toBe('AWS Secrets Manager: ERR_INVALID_URL');
  });
});

describe('an endpoint that hangs', () => {
  it('is abandoned when the read has taken 30 s', async () => {
    endpoint.hang();
    const clock = createFakeClock();
    const reading = failureOf(createAwsSecretsManager(SECRET, clock).read());
    const request = await endpoint.arrived(1);
    clock.advance(30_000);
    expect(await reading).toBe('AWS Secrets Manager: no response within 30 s');
    expect(await request.responded).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('is abandoned also in the middle of a response', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"SecretString":';
    endpoint.respondWith(() => ({ ...HANG, raw: head }));
    const clock = createFakeClock();
    const reading = failureOf(createAwsSecretsManager(SECRET, clock).read());
    const request = await endpoint.arrived(1);
    clock.advance(30_000);
    expect(await reading).toBe('AWS Secrets Manager: no response within 30 s');
    expect(await request.responded).toBe(false);
  });

  it('delays one request, and then the next one begins', async () => {
    endpoint.hang();
    const limits = { connectMs: 1_000, requestMs: 20, readMs: 30_000 };
    expect(await failureOf(create(limits).read())).toBe('AWS Secrets Manager: ETIMEDOUT');
    expect(endpoint.requests.length).toBeGreaterThan(1);
  });

  it('is abandoned at once by close', async () => {
    endpoint.hang();
    const provider = create();
    const reading = failureOf(provider.read());
    const request = await endpoint.arrived(1);
    provider.close();
    expect(await reading).toBe('the service is closed');
    expect(await request.responded).toBe(false);
  });
});

describe('AWS credentials', () => {
  it('cause an error that says that they are missing', async () => {
    const { AWS_ACCESS_KEY_ID: _, ...none } = awsVariables(endpoint.url);
    replaceAwsEnvironment(none);
    expect(await failureOf(create().read())).toMatch(/^no AWS credentials are available \(\w+Error\)$/);
    expect(endpoint.requests).toEqual([]);
  });

  it('do not block for ever if the metadata service hangs', async () => {
    const { AWS_ACCESS_KEY_ID: _, AWS_EC2_METADATA_DISABLED: __, ...rest } = awsVariables(endpoint.url);
    const metadata = await startIdp(() => HANG);
    replaceAwsEnvironment({ ...rest, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${metadata.origin}/creds` });
    const clock = createFakeClock();
    const reading = failureOf(createAwsSecretsManager(SECRET, clock).read());
    await metadata.arrived(1);
    clock.advance(30_000);
    expect(await reading).toBe('AWS Secrets Manager: no response within 30 s');
    await metadata.close();
  });

  it('start at most three child processes if the process hangs', async () => {
    const folder = createTemporaryFolder();
    const script = (end: string) =>
      folder.write('credentials.sh', `#!/bin/sh\necho $$ >>'${folder.path}/children'\n${end}\n`);
    const config = `[default]\ncredential_process = /bin/sh ${script('exec sleep 60')}\n`;
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...rest } = awsVariables(endpoint.url);
    replaceAwsEnvironment({ ...rest, AWS_CONFIG_FILE: folder.write('config', config) });
    const children = () => readFileSync(`${folder.path}/children`, 'utf8').trim().split('\n').map(Number);
    const clock = createFakeClock();
    const provider = createAwsSecretsManager(SECRET, clock);

    for (const attempt of [1, 2, 3]) {
      const failing = failureOf(provider.read());
      await expect
        .poll(() => existsSync(`${folder.path}/children`) && children().length, { timeout: 10_000 })
        .toBe(attempt);
      clock.advance(30_000);
      expect(await failing).toBe('AWS Secrets Manager: no response within 30 s');
    }
    for (const _attempt of [4, 5]) {
      const next = failureOf(provider.read());
      clock.advance(30_000);
      expect(await next).toMatch(/^no AWS credentials .* earlier attempts still wait .*credential_process/);
    }
    expect(children()).toHaveLength(3);

    // As soon as one of them has ended, whoever waits goes on with one of its own.
    script(`echo '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"${MARK}"}'`);
    const last = provider.read();
    process.kill(children()[0]!);
    expect((await last).get('CLIENT_ID')).toBe('id');
    expect(endpoint.requests[0]?.headers['authorization']).toContain('Credential=AKIDPROCESS/');
    expect(clock.pending).toBe(0);
    for (const child of children().slice(1, 3)) process.kill(child);
    folder.remove();
  });

  it('are read again from a changed file', async () => {
    const folder = createTemporaryFolder();
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...rest } = awsVariables(endpoint.url);
    replaceAwsEnvironment({ ...rest, AWS_SHARED_CREDENTIALS_FILE: `${folder.path}/credentials` });
    const provider = create();
    expect(await failureOf(provider.read())).toMatch(/^no AWS credentials/);
    folder.write('credentials', `[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = ${MARK}\n`);
    await provider.read();
    expect(endpoint.requests[0]?.headers['authorization']).toContain('Credential=AKIDFILE/');
    folder.remove();
  });
});
