import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AdminFixtureOptions, openAdminFixture } from '../../test/support/admin-fixture.js';
import { closeAfterEach } from '../../test/support/close-after-each.js';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { createFakeHost } from '../../test/support/fake-host.js';
import { gatewayStatus } from '../../test/support/gateway-status.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.js';
import type { ReloadOutcome } from '../status/actions.js';
import { CommandFailure, EXIT } from './host.js';
import { reload } from './reload.js';
import { status } from './status.js';

const closing = closeAfterEach();
let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

const TOKEN = 'a-long-and-secret-token';

async function open(options: AdminFixtureOptions = {}) {
  return closing(
    await openAdminFixture({
      ...options,
      operations: { status: () => gatewayStatus(), ...options.operations },
    }),
  );
}

const failureOf = (running: Promise<unknown>): Promise<CommandFailure> =>
  running.then(
    () => {
      throw new Error('it has not failed');
    },
    (error) => {
      if (!(error instanceof CommandFailure)) throw error;
      return error;
    },
  );

describe('rpc-gateway status', () => {
  it('finds the listener and the token in a configuration, whatever else is wrong there', async () => {
    const { url } = await open({ token: TOKEN });
    const config = folder.write(
      'bondy.conf',
      `rpc_gateway.services.billing.bse_url = nonsense
       what is this?
       include admin.conf
       include missing.conf
       wamp.call_timeout = \${UNSET}
       listeners.clients.port = none
       listeners.other.protocol = admin
       listeners.other.ip = 192.0.2.1
       listeners.other.tls.certfile = missing.pem`,
    );
    folder.write(
      'admin.conf',
      `listeners.ops.protocol = admin\nlisteners.ops.port = ${new URL(url).port}\nadmin_api.token = \${T}`,
    );
    const host = createFakeHost({ T: TOKEN });
    expect(await status({ config }, host)).toBe(EXIT.ok);
    expect(host.out()).toContain('rpc-gateway 1.2.3, ready');
    expect(host.out()).toContain('\nbilling  up');
  });

  it('takes the URL and the token from options, and from the environment', async () => {
    const { url } = await open({ token: TOKEN });
    const byOption = createFakeHost({
      RPC_GATEWAY_ADMIN_URL: 'http://127.0.0.1:9',
      RPC_GATEWAY_ADMIN_TOKEN: 'x',
    });
    expect(await status({ admin: url, token: TOKEN }, byOption)).toBe(EXIT.ok);
    const byEnvironment = createFakeHost({ RPC_GATEWAY_ADMIN_URL: url, RPC_GATEWAY_ADMIN_TOKEN: TOKEN });
    expect(await status({}, byEnvironment)).toBe(EXIT.ok);
  });

  it('sends the token of a configuration to another URL only if the command line names both', async () => {
    const { url } = await open({ token: TOKEN });
    const config = folder.write('bondy.conf', `admin.token = ${TOKEN}`);
    expect(await status({ admin: url, config }, createFakeHost())).toBe(EXIT.ok);
    const failure = await failureOf(status({ admin: url }, createFakeHost()));
    expect([failure.exitCode, failure.message]).toEqual([
      EXIT.unreachable,
      `${url} needs a token: pass it with --token or RPC_GATEWAY_ADMIN_TOKEN, or name the configuration with --config.`,
    ]);
  });

  it('prints one line of JSON with --json', async () => {
    const { url } = await open();
    const host = createFakeHost();
    await status({ admin: url, json: true }, host);
    expect(host.out().split('\n')).toHaveLength(2);
    expect(JSON.parse(host.out())).toEqual(gatewayStatus());
  });

  it('ends with exit code 3 if nothing answers', async () => {
    const { url, close } = await openAdminFixture();
    await close();
    const failure = await failureOf(status({ admin: url }, createFakeHost()));
    expect([failure.exitCode, failure.message]).toEqual([
      EXIT.unreachable,
      `No gateway answers at ${url}: nothing listens there. Start the gateway, or name another URL with --admin. If you have just changed the address, send the process SIGHUP.`,
    ]);
  });

  it('ends with exit code 3 if the token is wrong, without printing it', async () => {
    const { url } = await open({ token: TOKEN });
    const failure = await failureOf(status({ admin: url, token: 'hunter2' }, createFakeHost()));
    expect(failure.exitCode).toBe(EXIT.unreachable);
    expect(failure.message).toContain('refuses the token');
    expect(failure.message).not.toContain('hunter2');
  });

  it.each([
    'gateway.example.com',
    'ws://127.0.0.1:18081',
    'http://',
    'http://127.0.0.1:18081/status',
    'http://admin:hunter2@127.0.0.1:18081',
  ])('refuses the URL %s', async (admin) => {
    const failure = await failureOf(status({ admin }, createFakeHost()));
    expect([failure.exitCode, failure.message]).toEqual([
      EXIT.usage,
      expect.stringContaining('http://host:port'),
    ]);
    expect(failure.message).not.toContain('hunter2');
  });

  it('says that a configuration has no admin listener', async () => {
    const config = folder.write(
      'bondy.conf',
      'listeners.clients.port = 1\nlisteners.ops.protocol = admin\nlisteners.ops.port = 0',
    );
    const failure = await failureOf(status({ config }, createFakeHost()));
    expect([failure.exitCode, failure.message]).toEqual([
      EXIT.failed,
      `${config} has no admin listener with a port: add one with listeners.NAME.protocol = admin, or name its URL with --admin.`,
    ]);
  });

  it('prints the state every second with --watch until Ctrl-C, even while no gateway answers', async () => {
    const clock = createFakeClock();
    let uptime = 0;
    const fixture = await openAdminFixture({
      operations: { status: () => gatewayStatus({ uptime_seconds: ++uptime }) },
    });
    const host = createFakeHost({ NO_COLOR: '1' }, { terminal: true });
    const running = status({ admin: fixture.url, watch: true }, host, clock);
    await host.printed('\u001b[H\u001b[Jrpc-gateway 1.2.3, ready, up 1s');
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    clock.advance(1_000);
    await host.printed('\u001b[H\u001b[Jrpc-gateway 1.2.3, ready, up 2s');
    await fixture.close();
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    clock.advance(1_000);
    await host.printed('\u001b[H\u001b[JNo gateway answers');
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    host.send('SIGINT');
    expect(await running).toBe(EXIT.ok);
    expect([clock.pending, host.send('SIGINT')]).toEqual([0, false]);
  });
});

describe('rpc-gateway reload', () => {
  async function reloadWith(outcome: ReloadOutcome, options: { readonly dryRun?: boolean } = {}) {
    const asked = vi.fn(async () => outcome);
    const { url } = await open({ operations: { reload: asked } });
    const host = createFakeHost();
    const ended = await reload({ admin: url, ...options }, host).catch((error) => error);
    return { host, ended, asked };
  }

  const CHANGES: ReloadOutcome = {
    kind: 'done',
    changes: [
      { what: 'service', name: 'billing', change: 'changed', effect: '' },
      { what: 'listener', name: 'clients', change: 'removed', effect: 'its 3 sessions end' },
    ],
    notices: ['bondy.conf:3: a notice'],
  };

  it('prints what has changed', async () => {
    const { host, ended, asked } = await reloadWith(CHANGES);
    expect(ended).toBe(EXIT.ok);
    expect(asked.mock.calls).toEqual([[{ dryRun: false }]]);
    expect(host.out()).toBe(`The gateway has reloaded, with 2 changes:
  service billing: changed
  listener clients: removed; its 3 sessions end
`);
    expect(host.err()).toBe('bondy.conf:3: a notice\n');
  });

  it('prints with --dry-run what would change', async () => {
    const { host, asked } = await reloadWith(CHANGES, { dryRun: true });
    expect(asked.mock.calls).toEqual([[{ dryRun: true }]]);
    expect(host.out()).toMatch(/^A reload would make 2 changes:\n/);
  });

  it('says that nothing has changed', async () => {
    const { host } = await reloadWith({ kind: 'done', changes: [], notices: [] });
    expect(host.out()).toBe('The gateway has reloaded: nothing has changed.\n');
  });

  it('prints every problem as check does, and ends with exit code 1', async () => {
    const problems = ['bondy.conf:1: a: is wrong', 'bondy.conf:2: b: is wrong'];
    const { ended } = await reloadWith({ kind: 'refused', problems });
    expect([ended.exitCode, ended.message]).toEqual([
      EXIT.failed,
      `${problems.join('\n')}\nNothing has changed: the configuration has mistakes.`,
    ]);
  });

  it.each(['failed', 'impossible'] as const)('prints why it %s, and ends with exit code 1', async (kind) => {
    const { ended } = await reloadWith({ kind, reason: 'a port is taken' });
    expect([ended.exitCode, ended.message]).toEqual([
      EXIT.failed,
      expect.stringMatching(/has not reloaded: a port is taken$/),
    ]);
  });
});
