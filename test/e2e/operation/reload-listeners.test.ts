import { createServer, type Server } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { joinRealm } from '../../../src/wamp/client/session.js';
import { connectAutobahn } from '../../support/autobahn.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { freePort } from '../../support/free-port.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { inShort, openReloadFixture, type ReloadFixtureOptions } from '../../support/reload-fixture.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { readTlsFixtures } from '../../support/tls-fixtures.js';

const GET = 'com.billing.get_invoice';
const SHUTDOWN = 'wamp.close.system_shutdown';
const { ca, serverCert, serverKey, clientCert, clientKey } = readTlsFixtures();

describe('a reload of listeners', () => {
  const closeLater = closeAfterEach();

  async function open(lines: readonly string[], options: ReloadFixtureOptions = {}) {
    const upstream = closeLater(await startRecordingUpstream());
    const conf = (...more: readonly string[]) => billingConf(upstream.url, ...more);
    const fixture = await openReloadFixture(conf(...lines), { addsListener: false, ...options });
    closeLater(fixture.close);
    return {
      ...fixture,
      upstream,
      reloadWith: (...more: readonly string[]) => fixture.reload(conf(...more)),
      tryWith: (...more: readonly string[]) => fixture.reload(conf(...more), { dryRun: true }),
    };
  }

  async function join(url: string) {
    const client = await connectAutobahn(url, REALM);
    // autobahn|js throws if the connection is closed already.
    closeLater(() => client.session.isOpen && client.close());
    return client;
  }

  const works = async (client: Awaited<ReturnType<typeof join>>) =>
    expect(await client.session.call(GET, [], { id: 1 })).toMatchObject({ kwargs: { status: 200 } });

  it('keeps the socket and the sessions of one that stays', async () => {
    const { gateway, reloadWith } = await open(['listeners.web.port = 0']);
    const client = await join(gateway.endpoints[0]!);
    const before = gateway.endpoints;
    expect(inShort(await reloadWith('listeners.web.port = 0', '+timeout = 5s'))).toEqual([
      'service billing changed',
    ]);
    expect(gateway.endpoints).toEqual(before);
    await works(client);
  });

  it('opens a new one, and says GOODBYE to the sessions of a removed one alone', async () => {
    const { gateway, reloadWith } = await open(['listeners.web.port = 0']);
    const first = await join(gateway.endpoints[0]!);
    await reloadWith('listeners.web.port = 0', 'listeners.more.port = 0');
    const second = await join(gateway.endpoints[1]!);
    await reloadWith('listeners.more.port = 0');
    expect(await first.closed).toBe(SHUTDOWN);
    await works(second);
    expect(gateway.endpoints).toHaveLength(1);
  });

  it('opens the new address before the old one closes', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const { gateway, reloadWith, tryWith } = await open([`listeners.web.port = ${port}`]);
    const client = await join(gateway.endpoints[0]!);
    expect(await tryWith(`listeners.web.port = ${other}`)).toMatchObject({
      changes: [{ name: 'web', effect: expect.stringContaining('its new address opens first') }],
    });
    await works(client);
    await reloadWith(`listeners.web.port = ${other}`);
    expect(await client.closed).toBe(SHUTDOWN);
    await works(await join(`ws://127.0.0.1:${other}/ws`));
    await expect(connectCaller(`ws://127.0.0.1:${port}/ws`)).rejects.toThrow();
  });

  describe('for operators', () => {
    const WEB = 'listeners.web.port = 0';
    const ops = (port: number) => ['listeners.ops.protocol = admin', `listeners.ops.port = ${port}`];

    it('says after each reload that a gateway started without one needs a restart', async () => {
      const [port, other] = [await freePort(), await freePort()];
      const { gateway, reloadWith } = await open([WEB]);
      const change = (kind: string) => ({
        changes: [{ name: 'ops', change: kind, effect: 'needs a restart' }],
      });
      expect(await reloadWith(WEB, ...ops(port))).toMatchObject(change('added'));
      expect(await reloadWith(WEB, ...ops(other))).toMatchObject(change('changed'));
      expect(gateway.adminEndpoints).toEqual([]);
    });

    it('opens one again that was removed', async () => {
      const port = await freePort();
      const { gateway, reloadWith } = await open([WEB, ...ops(port)]);
      await reloadWith(WEB);
      expect(gateway.adminEndpoints).toEqual([]);
      expect(await reloadWith(WEB, ...ops(port))).toMatchObject({
        changes: [{ name: 'ops', change: 'added', effect: '' }],
      });
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    });
  });

  it('replaces one at the same address without refusing a client', async () => {
    const port = await freePort();
    const { gateway, reloadWith } = await open([`listeners.web.port = ${port}`]);
    const client = await join(gateway.endpoints[0]!);
    await reloadWith(`listeners.web.port = ${port}`, 'listeners.web.path = /new');
    const [successor] = await Promise.all([join(`ws://127.0.0.1:${port}/new`), client.closed]);
    expect(await client.closed).toBe(SHUTDOWN);
    await works(successor);
  });

  it('changes from one loopback address to all addresses, and back', async () => {
    const port = await freePort();
    const open4 = [`listeners.web.port = ${port}`, 'security.allow_anonymous_user = on'];
    const { gateway, reloadWith } = await open(open4);
    await reloadWith(...open4, 'listeners.web.ip = 0.0.0.0');
    expect(gateway.endpoints).toEqual([`ws://0.0.0.0:${port}/ws`]);
    await works(await join(`ws://127.0.0.1:${port}/ws`));
    await reloadWith(...open4);
    await works(await join(`ws://127.0.0.1:${port}/ws`));
  });

  it('swaps the ports of two', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const lines = (first: number, second: number) => [
      `listeners.a.port = ${first}`,
      'listeners.a.path = /a',
      `listeners.b.port = ${second}`,
      'listeners.b.path = /b',
    ];
    const { reloadWith } = await open(lines(one, two));
    await reloadWith(...lines(two, one));
    await works(await join(`ws://127.0.0.1:${two}/a`));
    await works(await join(`ws://127.0.0.1:${one}/b`));
  });

  it('gives new connections new limits, and keeps the others', async () => {
    const { gateway, reloadWith } = await open(['listeners.web.port = 0']);
    const [url] = gateway.endpoints as [string];
    const client = await join(url);
    await reloadWith('listeners.web.port = 0', 'listeners.web.max_sessions = 1');
    await expect(connectCaller(url)).rejects.toThrow();
    await works(client);
    await reloadWith('listeners.web.port = 0');
    await works(await join(url));
  });

  describe('with TLS', () => {
    const LINES = ['port = 0', 'tls.certfile = cert.pem', 'tls.keyfile = key.pem'];

    async function openTls() {
      const folder = createTemporaryFolder();
      closeLater(() => folder.remove());
      const write = (cert: string, key: string): void => {
        folder.write('cert.pem', cert);
        folder.write('key.pem', key);
      };
      write(serverCert, serverKey);
      const place = (line: string) => line.replace(/= (\w+\.pem)/, `= ${folder.path}/$1`);
      const lines = LINES.map((line) => place(`listeners.web.${line}`));
      return { folder, write, lines, ...(await open(lines)) };
    }

    function fingerprint(url: string): Promise<string> {
      return new Promise((resolve, reject) => {
        const { hostname, port } = new URL(url);
        const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().fingerprint256);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    }

    it('uses renewed files for new handshakes, and closes nothing', async () => {
      const { gateway, reloadWith, lines, write } = await openTls();
      const [url] = gateway.endpoints as [string];
      const client = await joinRealm(await dialRouter(url, { tls: { ca } }), { realm: REALM });
      const before = await fingerprint(url);
      write(clientCert, clientKey);
      expect(await reloadWith(...lines)).toMatchObject({
        changes: [{ name: 'web', effect: 'new handshakes use the new certificates' }],
      });
      const after = await fingerprint(url);
      expect(after).not.toBe(before);
      expect(gateway.status().listeners).toMatchObject([{ name: 'web', connections: 1 }]);
      expect(await client.call(GET, { kwargs: { id: 1 } })).toMatchObject({ kwargs: { status: 200 } });
      expect(await reloadWith(...lines)).toMatchObject({ changes: [] });
    });

    it('keeps the certificate in use if a file is gone or wrong', async () => {
      const { gateway, folder, lines, write } = await openTls();
      const [url] = gateway.endpoints as [string];
      const before = await fingerprint(url);
      const { parseConfig } = await import('../../../src/config/load-config.js');
      folder.remove();
      expect(() => parseConfig(lines.join('\n'), { env: {} })).toThrow('there is no such file');
      expect(await fingerprint(url)).toBe(before);
      write(serverCert, clientKey);
      expect(() => parseConfig(lines.join('\n'), { env: {} })).toThrow('listeners.web.tls');
    });

    it('fails if a file vanishes after it was checked, and changes nothing', async () => {
      const { gateway, folder, lines, upstream } = await openTls();
      const { parseConfig } = await import('../../../src/config/load-config.js');
      const before = await fingerprint(gateway.endpoints[0]!);
      folder.write('cert.pem', `${serverCert}\n`);
      const config = parseConfig(billingConf(upstream.url, '+timeout = 5s', ...lines), { env: {} });
      folder.remove();
      expect(await gateway.reload(config)).toEqual({
        kind: 'failed',
        reason: expect.stringMatching(/^tls\.certfile: cannot read .*cert\.pem/),
      });
      expect(await fingerprint(gateway.endpoints[0]!)).toBe(before);
      await expect(gateway.reload(config, { dryRun: true })).resolves.toMatchObject({ kind: 'failed' });
    });
  });

  describe('that fails', () => {
    async function occupy(host = '127.0.0.1'): Promise<{ server: Server; port: number }> {
      const server = createServer().listen(0, host);
      await new Promise((resolve) => server.once('listening', resolve));
      closeLater(() => void server.close());
      return { server, port: (server.address() as { port: number }).port };
    }

    it('because a port is taken leaves everything as it was', async () => {
      const { port: taken } = await occupy();
      const { gateway, reloadWith, upstream, log } = await open(['listeners.web.port = 0']);
      const client = await join(gateway.endpoints[0]!);
      const outcome = await reloadWith(
        'listeners.web.port = 0',
        'listeners.web.path = /new',
        `listeners.more.port = ${taken}`,
        '+headers.X-V = 2',
      );
      expect(outcome).toEqual({
        kind: 'failed',
        reason: `cannot listen on 127.0.0.1:${taken}: the port is in use`,
      });
      await works(client);
      await works(await join(gateway.endpoints[0]!));
      expect(upstream.requests.map(({ headers }) => headers['x-v'])).toEqual([undefined, undefined]);
      expect(log.text()).toContain('the configuration was not reloaded; nothing has changed');
      expect(gateway.status().configuration.last_reload).toMatchObject({
        outcome: 'error',
        problems: [`cannot listen on 127.0.0.1:${taken}: the port is in use`],
      });
    });

    it('after it has closed an address that overlaps opens the address again', async () => {
      const port = await freePort();
      const lines = [`listeners.web.port = ${port}`, 'security.allow_anonymous_user = on'];
      const { gateway, reloadWith } = await open(lines);
      const client = await join(gateway.endpoints[0]!);
      // Another program has the same port at another address.
      const other = createServer().listen(port, '127.0.0.2');
      await new Promise((resolve) => other.once('listening', resolve));
      closeLater(() => void other.close());
      expect(await reloadWith(...lines, 'listeners.web.ip = 0.0.0.0')).toMatchObject({ kind: 'failed' });
      await works(client);
      await works(await join(gateway.endpoints[0]!));
    });
  });
});

describe('a reload of a listener for operators', () => {
  const closeLater = closeAfterEach();

  it('changes its port and its token, and answers the request that asked for it', async () => {
    const upstream = closeLater(await startRecordingUpstream());
    const { parseConfig } = await import('../../../src/config/load-config.js');
    const [port, other] = [await freePort(), await freePort()];
    const conf = (adminPort: number, token: string) =>
      parseConfig(
        billingConf(
          upstream.url,
          'listeners.web.port = 0',
          'listeners.ops.protocol = admin',
          `listeners.ops.port = ${adminPort}`,
          `admin.token = ${token}`,
        ),
        { env: {} },
      );
    let next = conf(other, 'hunter3-hunter3-hunter3');
    const fixture = await openReloadFixture('', {
      addsListener: false,
      config: conf(port, 'hunter2-hunter2-hunter2'),
      readConfig: () => next,
    });
    closeLater(fixture.close);
    const post = (at: number, token: string, query = '') =>
      fetch(`http://127.0.0.1:${at}/reload${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
    const tried = await post(port, 'hunter2-hunter2-hunter2', '?dry_run=true');
    expect(await tried.json()).toMatchObject({ outcome: 'done', dry_run: true });
    const done = await post(port, 'hunter2-hunter2-hunter2');
    const text = await done.text();
    expect(JSON.parse(text)).toMatchObject({
      outcome: 'done',
      changes: [
        { what: 'listener', name: 'ops', change: 'changed' },
        { what: 'setting', name: 'admin.token', effect: 'applies to the next request' },
      ],
    });
    expect(text + fixture.log.text()).not.toContain('hunter');
    await expect(post(port, 'hunter2-hunter2-hunter2')).rejects.toThrow();
    expect((await post(other, 'hunter2-hunter2-hunter2')).status).toBe(401);
    next = conf(other, 'hunter3-hunter3-hunter3');
    expect((await post(other, 'hunter3-hunter3-hunter3')).status).toBe(200);
    const caller = await connectCaller(fixture.url);
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
    await caller.close();
  });
});
