import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeClock, type FakeClock, NO_PROBES } from '../../support/fake-clock.js';
import {
  type GatewayFixture,
  type GatewayFixtureOptions,
  openGatewayFixture,
} from '../../support/gateway-fixture.js';
import { leaksIn, MARK } from '../../support/planted-secrets.js';
import { type RecordedRequest, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const GET = 'com.billing.get_invoice';
const PENDING = {
  status: 503,
  code: 'secrets',
  message: 'Service credentials pending',
  body: 'Service credentials pending',
  attempts: 0,
};
/** A static API key that is a secret. */
const KEY = ['+auth.secrets.vars.token.field = API_KEY', '+auth.apply.format = Bearer {{token}}'];

let folder: TemporaryFolder;
let clock: FakeClock;
const closeLater = closeAfterEach();
beforeEach(() => {
  folder = createTemporaryFolder();
  closeLater(() => folder.remove());
  clock = createFakeClock();
});

async function open(lines: readonly string[], options: GatewayFixtureOptions = {}): Promise<GatewayFixture> {
  const gateway = { clock, random: () => 0.5, ...options.gateway };
  const fixture = await openGatewayFixture({ lines: [NO_PROBES, ...lines], ...options, gateway });
  return closeLater(fixture);
}
const authorization = (request: RecordedRequest | undefined) => request?.headers['authorization'];
/** The credential that a call has now. */
async function credential(fixture: GatewayFixture): Promise<unknown> {
  expect((await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
  return authorization(fixture.upstream.requests.at(-1));
}
/** Moves the clock in steps of one second until the log has this text. */
function untilLogged({ log }: GatewayFixture, sentence: string): Promise<void> {
  const step = (): string => {
    clock.advance(1_000);
    return log.text();
  };
  return expect.poll(step, { timeout: 10_000 }).toContain(sentence);
}
const warnings = ({ log }: GatewayFixture) => log.records().filter(({ level }) => level === 'warn');
const CHANGED = 'the secret has changed';

describe('secrets in a file', () => {
  const file = (name = 'creds.json'): string => join(folder.path, name);
  const fromFile = () => ['+auth.secrets.provider = file', `+auth.secrets.secret_id = ${file()}`, ...KEY];

  it('are used, and read again when they change, also without refresh_interval', async () => {
    folder.write('creds.json', JSON.stringify({ API_KEY: `${MARK}-1` }));
    const fixture = await open([...fromFile(), '+auth.secrets.refresh_interval = 0']);
    expect(await credential(fixture)).toBe(`Bearer ${MARK}-1`);
    folder.write('creds.json', JSON.stringify({ API_KEY: `${MARK}-22` }));
    await untilLogged(fixture, CHANGED);
    expect(await credential(fixture)).toBe(`Bearer ${MARK}-22`);
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it('are read again when Kubernetes replaces them', async () => {
    folder.write('..2026_01/creds.json', `{"API_KEY": "${MARK}-1"}`);
    symlinkSync('..2026_01', file('..data'));
    symlinkSync('..data/creds.json', file());
    const fixture = await open(fromFile());
    expect(await credential(fixture)).toBe(`Bearer ${MARK}-1`);

    folder.write('..2026_02/creds.json', `{"API_KEY": "${MARK}-2"}`);
    symlinkSync('..2026_02', file('..data_tmp'));
    renameSync(file('..data_tmp'), file('..data'));
    rmSync(file('..2026_01'), { recursive: true });
    await untilLogged(fixture, CHANGED);
    expect(await credential(fixture)).toBe(`Bearer ${MARK}-2`);
  });

  it('may appear after the start', async () => {
    const fixture = await open(fromFile());
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect(answer.uri).toBe('bondy.error.bad_gateway');
    expect(ownError(answer)).toEqual({ ...PENDING, retry_after: 1 });
    expect(warnings(fixture)[0]).toMatchObject({
      level: 'warn',
      service: 'billing',
      provider: 'file',
      cause: `the file ${file()} is unreadable (ENOENT)`,
    });
    expect((await fixture.caller.call(GET, {})).uri).toBe('wamp.error.invalid_argument');
    folder.write('creds.json', '{"API_KEY": 12345678901234567890}');
    await untilLogged(fixture, 'the secret has been read');
    expect(await credential(fixture)).toBe('Bearer 12345678901234567890');
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it.each([
    ['broken', `{"API_KEY": "${MARK}`, 'creds.json is not JSON'],
    ['without the field', `{"OTHER": "${MARK}"}`, 'field API_KEY is missing'],
    ['removed', undefined, 'creds.json is unreadable (ENOENT)'],
  ])('are still used while the file is %s', async (_, text, cause) => {
    folder.write('creds.json', '{"API_KEY": "good"}');
    const fixture = await open(fromFile());
    expect(await credential(fixture)).toBe('Bearer good');
    if (text === undefined) rmSync(file());
    else folder.write('creds.json', text);
    await untilLogged(fixture, cause);
    expect(await credential(fixture)).toBe('Bearer good');
    folder.write('creds.json', '{"API_KEY": "better"}');
    await untilLogged(fixture, CHANGED);
    expect(await credential(fixture)).toBe('Bearer better');
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it.each([
    ['a text file', '.', 'key', 'key'],
    ['a text file with a line break', '.', 'key', 'key\n'],
    ['nested JSON', 'db.key', 'key', '{"db":{"key":"key\\n"}}'],
  ])('may be %s', async (_, field, key, text) => {
    folder.write('creds.json', text);
    const fixture = await open([...fromFile(), `+auth.secrets.vars.token.field = ${field}`]);
    expect(await credential(fixture)).toBe(`Bearer ${key}`);
  });

  it('may be a folder of files; a changed file is used at once', async () => {
    folder.write('creds.json/api.key', 'old\n');
    const fixture = await open([...fromFile(), '+auth.secrets.vars.token.field = api.key']);
    expect(await credential(fixture)).toBe('Bearer old');
    folder.write('creds.json/api.key', `${MARK}\n`);
    await untilLogged(fixture, CHANGED);
    expect(await credential(fixture)).toBe(`Bearer ${MARK}`);
    rmSync(join(folder.path, 'creds.json/api.key'));
    await untilLogged(fixture, 'creds.json/api.key is unreadable (ENOENT)');
    expect(await credential(fixture)).toBe(`Bearer ${MARK}`);
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it('are found beside the configuration when their path is relative', async () => {
    const upstream = await startRecordingUpstream();
    folder.write('creds.json', '{"API_KEY": "beside"}');
    const lines = ['+auth.secrets.provider = file', '+auth.secrets.secret_id = creds.json', ...KEY];
    const conf = folder.write('bondy.conf', `${billingConf(upstream.url, ...lines)}\nlisteners.a.port = 0\n`);
    const gateway = createGateway(loadConfig(conf, { env: {} }));
    await gateway.start();
    const caller = await connectCaller(gateway.endpoints[0]!);
    await caller.call(GET, { id: 1 });
    expect(authorization(upstream.requests[0])).toBe('Bearer beside');
    await caller.close();
    await gateway.stop(0);
    await upstream.close();
  });
});

describe('secrets in the environment', () => {
  const FROM_ENV = ['+auth.secrets.provider = env', ...KEY];

  it('are used', async () => {
    const fixture = await open(FROM_ENV, { gateway: { env: { API_KEY: MARK } } });
    expect(await credential(fixture)).toBe(`Bearer ${MARK}`);
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it('go through transforms', async () => {
    const env = { LOGIN: `basic ${Buffer.from(`user:${MARK}`).toString('base64')}` };
    const lines = [
      '+auth.secrets.provider = env',
      '+auth.secrets.vars.token.field = LOGIN',
      '+auth.secrets.vars.token.transform = basic_password',
      '+auth.secrets.vars.user.field = LOGIN',
      '+auth.secrets.vars.user.transform = basic_username',
      '+auth.apply.format = Key {{user}}/{{token}}',
    ];
    const fixture = await open(lines, { gateway: { env } });
    expect(await credential(fixture)).toBe(`Key user/${MARK}`);
  });

  it('that are missing leave only their service pending, and are used when they appear', async () => {
    const env: Record<string, string> = { OTHER: MARK };
    const other = billingConf('http://127.0.0.1:9').replaceAll('billing', 'other');
    const fixture = await open(
      [...FROM_ENV, ...other.split('\n'), 'rpc_gateway.services.other.retries = 0'],
      {
        gateway: { env },
      },
    );
    expect(ownError(await fixture.caller.call(GET, { id: 1 }))).toEqual({ ...PENDING, retry_after: 1 });
    expect(warnings(fixture)[0]).toMatchObject({
      provider: 'env',
      cause: expect.stringMatching(/^not set in the environment: API_KEY .*restart/),
    });
    expect((await fixture.caller.call('com.other.get_invoice', { id: 1 })).kwargs['code']).toBe('connect');
    env['API_KEY'] = 'k';
    await untilLogged(fixture, 'the secret has been read');
    expect(await credential(fixture)).toBe('Bearer k');
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });
});

describe('a base_url with a variable from a secret', () => {
  const lines = [
    NO_PROBES,
    '+auth.secrets.provider = file',
    '+auth.secrets.vars.port.field = PORT',
    '+auth.secrets.vars.tenant.field = TENANT',
  ];

  it('follows the secret when it changes', async () => {
    const second = await startRecordingUpstream();
    const secret = (port: number) => JSON.stringify({ PORT: port, TENANT: MARK });
    const path = folder.write('creds.json', 'not yet');
    const fixture = await open([], {
      conf: () =>
        billingConf('http://127.0.0.1:{{port}}/{{tenant}}', ...lines, `+auth.secrets.secret_id = ${path}`),
    });
    expect(ownError(await fixture.caller.call(GET, { id: 1 }))).toEqual({ ...PENDING, retry_after: 1 });

    folder.write('creds.json', secret(fixture.upstream.port));
    await untilLogged(fixture, 'the secret has been read');
    expect((await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
    expect(fixture.upstream.requests.map(({ url }) => url)).toEqual([`/${MARK}/invoices/1`]);

    folder.write('creds.json', `${secret(second.port)}\n`);
    await untilLogged(fixture, CHANGED);
    expect((await fixture.caller.call(GET, { id: 2 })).kind).toBe('result');
    expect([fixture.upstream.requests.length, second.requests.map(({ url }) => url)]).toEqual([
      1,
      [`/${MARK}/invoices/2`],
    ]);
    expect(leaksIn(fixture.log.text())).toEqual([]);
    await second.close();
  });
});
