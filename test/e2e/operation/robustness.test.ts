import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type GatewayFixtureOptions, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG, startRecordingUpstream } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
/** It runs the built package in its own process. */
const START_AND_STOP = fileURLToPath(new URL('../fixtures/start-and-stop.js', import.meta.url));

describe('the gateway under load and failures', () => {
  const closeLater = closeAfterEach();
  const open = async (options: GatewayFixtureOptions = {}) => closeLater(await openGatewayFixture(options));
  /** A promise and its key. */
  function gate(): { readonly opened: Promise<void>; open(): void } {
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { opened, open: () => open() };
  }

  it('fails running calls when the API dies, and works again as soon as the API is back', async () => {
    const { caller, upstream } = await open({ respond: () => HANG, lines: ['+retries = 0'] });
    const calls = Array.from({ length: 20 }, (_, id) => caller.call(id % 2 ? GET : POST, { id }));
    await upstream.arrived(20);
    await upstream.close();
    for (const answer of await Promise.all(calls)) {
      expect(ownError(answer)).toMatchObject({ status: 502, code: 'connect', attempts: 1 });
    }
    expect(ownError(await caller.call(GET, { id: 1 }))).toMatchObject({ code: 'connect' });
    const back = await startRecordingUpstream(() => ({ json: 'back' }), { port: upstream.port });
    expect((await caller.call(GET, { id: 1 })).kwargs).toStrictEqual({ status: 200, body: 'back' });
    await back.close();
  });

  it('gives each of 1,000 simultaneous calls its own response', async () => {
    const { gateway, upstream } = await open({
      respond: (request) => ({ json: { url: request.url, body: request.text } }),
    });
    const callers = await Promise.all(Array.from({ length: 10 }, () => connectCaller(gateway.url)));
    const calls = callers.flatMap((caller, c) =>
      Array.from({ length: 100 }, (_, n) =>
        n % 2
          ? caller.call(GET, { id: `${c}-${n}` }).then(({ kwargs }) => [kwargs, `/invoices/${c}-${n}`, ''])
          : caller.call(POST, { c, n }).then(({ kwargs }) => [kwargs, '/invoices', `{"c":${c},"n":${n}}`]),
      ),
    );
    for (const [kwargs, url, body] of await Promise.all(calls)) {
      expect(kwargs).toStrictEqual({ status: 200, body: { url, body } });
    }
    expect(upstream.requests).toHaveLength(1_000);
    expect(upstream.connections).toBeLessThanOrEqual(25);
    for (const caller of callers) {
      expect(caller.unexpected).toEqual([]);
      await caller.close();
    }
  });

  it('rejects the start of a second gateway on the same port, which starts nothing and disturbs nobody', async () => {
    const { gateway, caller, upstream } = await open();
    const { port } = new URL(gateway.url);
    const conf = `${billingConf(upstream.url)}\nlisteners.a.port = 0\nlisteners.b.port = ${port}\n`;
    const second = createGateway(parseConfig(conf, { env: {} }));
    await expect(second.start()).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: the port is in use`);
    expect(second.endpoints).toEqual([]);
    expect((await caller.call(GET, { id: 1 })).kind).toBe('result');
    await gateway.stop(0);
    // Nothing of the failed start remains: the same gateway can start when the port is free.
    await second.start();
    const other = await connectCaller(second.endpoints[1] ?? '');
    expect((await other.call(GET, { id: 1 })).kind).toBe('result');
    await other.close();
    await second.stop(0);
  });

  describe('stop', () => {
    it('lets running calls end, fails new ones with down, and sends GOODBYE', async () => {
      const held = gate();
      const { gateway, caller, upstream } = await open({
        respond: () => held.opened.then(() => ({ json: 'late' })),
        // Connections that the gateway does not close would stay open for minutes.
        upstream: { server: { keepAliveTimeout: 600_000 } },
        lines: ['+pool.size = 50'],
      });
      const calls = Array.from({ length: 100 }, (_, id) => caller.call(id % 2 ? GET : POST, { id }));
      await upstream.arrived(50);
      let isOver = false;
      const stopped = gateway.stop().then(() => {
        isOver = true;
      });
      expect((await caller.call(GET, { id: 'new' })).kwargs).toMatchObject({ code: 'down' });
      expect(isOver).toBe(false);
      held.open();
      for (const answer of await Promise.all(calls)) {
        expect(answer.kwargs).toStrictEqual({ status: 200, body: 'late' });
      }
      await stopped;
      expect(caller.unexpected.map((frame) => JSON.parse(frame)[2])).toEqual(['wamp.close.system_shutdown']);
      await upstream.drained();
      expect(gateway.endpoints).toEqual([]);
      await expect(connectCaller(gateway.url)).rejects.toThrow('ECONNREFUSED');
    });

    it('ends calls that still run after its grace period, and says why', async () => {
      const { gateway, caller, upstream } = await open({ respond: () => HANG, lines: ['+pool.size = 1'] });
      const calls = [caller.call(POST, { a: 1 }), caller.call(POST, { a: 2 })];
      const request = await upstream.arrived(1);
      await gateway.stop(0);
      expect((await Promise.all(calls)).map(ownError)).toMatchObject([
        { code: 'down', attempts: 1 },
        { code: 'down', attempts: 0 },
      ]);
      expect(await request.responded).toBe(false);
      expect(upstream.requests).toHaveLength(1);
    });

    it('can be called twice, at once and again, and before start', async () => {
      const held = gate();
      const { gateway, caller, upstream } = await open({ respond: () => held.opened.then(() => ({})) });
      const call = caller.call(GET, { id: 1 });
      await upstream.arrived(1);
      const both = [gateway.stop(), gateway.stop()];
      held.open();
      await Promise.all([...both, call]);
      await gateway.stop();
      await createGateway(parseConfig(billingConf(upstream.url), { env: {} })).stop();
    });

    it('is followed by a start like the first', async () => {
      const { gateway, caller } = await open();
      await caller.close();
      await gateway.stop();
      await gateway.start();
      const again = await connectCaller(gateway.endpoints[0] ?? '');
      expect((await again.call(GET, { id: 1 })).kind).toBe('result');
      await again.close();
    });

    it('leaves neither timers nor sockets: the process ends by itself', { timeout: 60_000 }, async () => {
      const upstream = await startRecordingUpstream(({ url }) =>
        url === '/invoices/hang' ? HANG : { json: 'there' },
      );
      const child = spawn(process.execPath, [START_AND_STOP, upstream.url], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const exited = once(child, 'exit');
      const [printed] = await once(child.stdout.setEncoding('utf8'), 'data');
      expect(printed).toBe('stopped\n');
      expect(await exited).toEqual([0, null]);
      await upstream.close();
    });
  });
});
