import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { createTemporaryFolder } from '../../test/support/temporary-folder.js';
import { parseConfig } from '../config/load-config.js';
import { silentObserver } from '../observe/observer.js';
import { SecretError, type SecretProvider } from './provider.js';
import { createVariables, type VariablesDeps } from './variables.js';

const MARK = 'S3CR3T';
const BASIC = `Basic ${Buffer.from(`user:${MARK}`).toString('base64')}`;
const FROM_ENV = ['+auth.secrets.provider = env'];
const CLIENT = [
  '+auth.secrets.vars.client_id.field = ID',
  '+auth.secrets.vars.client_secret.field = HEADER',
  '+auth.secrets.vars.client_secret.transform = basic_password',
];

function create(lines: readonly string[], deps: Partial<VariablesDeps> = {}) {
  const config = parseConfig(billingConf('https://api.example.com', ...lines), { env: {} });
  const clock = createFakeClock();
  const log = keepLog();
  const variables = createVariables(config.services[0]!, {
    clock,
    random: () => 0.5,
    log: log.log,
    observer: silentObserver,
    env: {},
    ...deps,
  });
  return { variables, clock, log };
}
const entries = (map: ReadonlyMap<string, string> | undefined) => map && Object.fromEntries(map);

describe('a service without secrets', () => {
  it('has its auth.vars from the start', async () => {
    const { variables, clock } = create(['+auth.vars.a = 1', '+auth.vars.b = 2']);
    const before = variables.current();
    expect(entries(before)).toEqual({ a: '1', b: '2' });
    await variables.start();
    await variables.reread();
    expect(variables.current()).toBe(before);
    expect([variables.retryAfterMs(), clock.pending]).toEqual([undefined, 0]);
    variables.close();
  });

  it('may have a secret that no variable uses', () => {
    const { variables } = create([...FROM_ENV, '+auth.vars.a = 1']);
    expect(entries(variables.current())).toEqual({ a: '1' });
  });
});

describe('a service with secrets', () => {
  it('has no variables before the first read', async () => {
    const { variables } = create([...FROM_ENV, ...CLIENT, '+auth.vars.a = 1']);
    expect(variables.current()).toBeUndefined();
    expect(variables.retryAfterMs()).toBeUndefined();
  });

  it('has the values of an earlier read until it is read', async () => {
    const env = { ID: 'new', HEADER: BASIC };
    const initialSecret = new Map([
      ['client_id', 'old'],
      ['client_secret', MARK],
    ]);
    const { variables } = create([...FROM_ENV, ...CLIENT, '+auth.vars.a = 1'], { env, initialSecret });
    let changes = 0;
    variables.onChange(() => changes++);
    expect(entries(variables.current())).toEqual({ a: '1', client_id: 'old', client_secret: MARK });
    await variables.start();
    expect(entries(variables.current())).toEqual({ a: '1', client_id: 'new', client_secret: MARK });
    await variables.reread();
    expect(changes).toBe(1);
    variables.close();
  });

  it('overrides its auth.vars with them', async () => {
    const env = { ID: 'from-env', HEADER: BASIC };
    const { variables } = create(
      [...FROM_ENV, ...CLIENT, '+auth.vars.a = 1', '+auth.vars.client_id = static'],
      { env },
    );
    await variables.start();
    expect(entries(variables.current())).toEqual({ a: '1', client_id: 'from-env', client_secret: MARK });
    expect(inspect({ variables: variables.current() }, { depth: 9 })).not.toContain(MARK);
    expect(JSON.stringify({ variables: variables.current() })).not.toContain(MARK);
  });

  it('uses all fields or none, and names every wrong field once, but never a value', async () => {
    const lines = [...FROM_ENV, ...CLIENT, '+auth.secrets.vars.user.field = HEADER'];
    const { variables, log } = create([...lines, '+auth.secrets.vars.user.transform = basic_username'], {
      env: { HEADER: `Basic ${MARK}` },
    });
    await variables.start();
    expect(variables.current()).toBeUndefined();
    expect(variables.retryAfterMs()).toBe(1_000);
    expect(log.records()).toHaveLength(1);
    expect(log.records()[0]).toMatchObject({ level: 'warn', service: 'billing', provider: 'env' });
    const cause = String(log.records()[0]?.['cause']);
    expect(cause.match(/field \w+/g)).toEqual(['field HEADER']);
    expect(cause.match(/not set in the environment: ID /g)).toHaveLength(1);
    expect(log.text()).not.toContain(MARK);
  });

  it('names variables that are not set in the environment, and says that it does not change', async () => {
    const lines = [...CLIENT, '+auth.secrets.vars.again.field = ID', '+auth.secrets.vars.c.field = EMPTY'];
    const { variables, log } = create([...FROM_ENV, ...lines], { env: { EMPTY: '' } });
    await variables.start();
    expect(log.records()[0]?.['cause']).toBe(
      'field EMPTY is empty; not set in the environment: ID, HEADER ' +
        '(the environment of a process does not change: set it and restart)',
    );
  });

  it('names each field that is missing in a secret', async () => {
    const provider: SecretProvider = { read: async () => new Map([['OTHER', MARK]]), close() {} };
    const { variables, log } = create([...FROM_ENV, ...CLIENT], { provider });
    await variables.start();
    expect(log.records()[0]?.['cause']).toBe('field ID is missing; field HEADER is missing');
  });

  it('keeps the same map until a value changes, and notifies each listener of each change', async () => {
    let id = '1';
    const provider: SecretProvider = { read: async () => new Map([['ID', id]]), close() {} };
    const { variables } = create([...FROM_ENV, ...CLIENT.slice(0, 1)], { provider });
    const heard: string[] = [];
    for (const name of ['first', 'second']) {
      variables.onChange(() => heard.push(`${name} ${variables.current()?.get('client_id')}`));
    }
    await variables.start();
    const before = variables.current();
    await variables.reread();
    expect(variables.current()).toBe(before);
    id = '2';
    await variables.reread();
    expect(variables.current()).not.toBe(before);
    expect(heard).toEqual(['first 1', 'second 1', 'first 2', 'second 2']);
  });

  it('notifies the other listeners if one throws', async () => {
    const { variables, log, clock } = create([...FROM_ENV, ...CLIENT.slice(0, 1)], { env: { ID: '1' } });
    let heard = false;
    variables.onChange(() => {
      throw new Error(MARK);
    });
    variables.onChange(() => {
      heard = true;
    });
    await variables.start();
    expect([heard, variables.current()?.get('client_id'), clock.pending]).toEqual([true, '1', 1]);
    expect(log.text()).toMatch(/listener .* failed/);
    expect(log.text()).not.toContain(MARK);
  });

  it('reads again after auth.secrets.refresh_interval', async () => {
    let reads = 0;
    const provider: SecretProvider = {
      async read() {
        reads += 1;
        throw new SecretError('x');
      },
      close() {},
    };
    const env = { ID: '1' };
    const lines = [...FROM_ENV, ...CLIENT.slice(0, 1), '+auth.secrets.refresh_interval = 10m'];
    const good = create(lines, { env });
    await good.variables.start();
    env.ID = '2';
    good.clock.advance(600_000);
    await good.variables.reread();
    expect(good.variables.current()?.get('client_id')).toBe('2');
    // Only a pending one says when it will be tried again.
    expect(good.variables.retryAfterMs()).toBeUndefined();

    const bad = create(lines, { provider });
    await bad.variables.start();
    bad.clock.advance(1_000);
    expect(reads).toBe(2);
  });

  it('reads a file at auth.secrets.secret_id', async () => {
    const folder = createTemporaryFolder();
    const path = folder.write('creds.json', '{"ID": 7}');
    const lines = ['+auth.secrets.provider = file', `+auth.secrets.secret_id = ${path}`];
    const { variables, clock } = create([...lines, ...CLIENT.slice(0, 1)]);
    await variables.start();
    expect(entries(variables.current())).toEqual({ client_id: '7' });
    const changed = new Promise<void>((resolve) => variables.onChange(resolve));
    folder.write('creds.json', '{"ID": 8888}');
    clock.advance(1_000);
    await changed;
    expect(entries(variables.current())).toEqual({ client_id: '8888' });
    variables.close();
    folder.remove();
  });
});
