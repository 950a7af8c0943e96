import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startIdp } from '../../support/idp.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { openReloadFixture } from '../../support/reload-fixture.js';
import { until } from '../../support/router-host.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

const RELOADS = 200;

/** Sockets, servers and timers that keep the process alive, by type. */
function resources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

describe(`${RELOADS} reloads`, () => {
  const closeLater = closeAfterEach();

  it('leave no connection, timer, watcher, registration or service behind', { timeout: 60_000 }, async () => {
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    const secret = folder.write('secret.json', '{"token":"hunter2"}');
    const idp = closeLater(await startIdp());
    const upstream = closeLater(await startRecordingUpstream());
    const line = (name: string) => (text: string) => `rpc_gateway.services.${name}.${text}\n`;
    const service = (name: string, version: number, ...more: readonly string[]) =>
      [
        `base_url = ${upstream.url}/${name}`,
        `headers.X-Version = ${version}`,
        'breaker.enabled = on',
        `procedures.get.uri = com.${name}.get`,
        `procedures.get.realm = ${REALM}`,
        ...more,
      ]
        .map(line(name))
        .join('');
    const conf = (version: number) =>
      [
        service(
          'fetching',
          version,
          `auth.fetch.url = ${idp.origin}/token`,
          'auth.fetch.token_path = access_token',
        ),
        service(
          'reading',
          version,
          'auth.secrets.provider = file',
          `auth.secrets.secret_id = ${secret}`,
          'auth.secrets.vars.token.field = token',
        ),
        // Each reload removes a service and adds another one, with a listener and a realm.
        service(`named${version % 2}`, version),
        service(`other${version % 2}`, version).replaceAll(REALM, `com.example.realm${version % 2}`),
        `listeners.more${version % 2}.port = 0\n`,
        `listeners.same.port = 0\nlisteners.same.path = /${version % 2}\n`,
      ].join('');
    const { reload, gateway, close } = await openReloadFixture(conf(0));
    closeLater(close);
    const callAll = async () => {
      const { endpoints } = gateway;
      const client = await connectCaller(endpoints.find((each) => each.endsWith('/ws')) ?? '');
      for (const name of ['fetching', 'reading'])
        expect(await client.call(`com.${name}.get`, {})).toMatchObject({ kind: 'result' });
      await client.close();
    };
    let before: Readonly<Record<string, number>> = {};
    for (let version = 1; version <= RELOADS; version++) {
      expect(await reload(conf(version))).toMatchObject({ kind: 'done' });
      if (version % 10 === 0) await callAll();
      if (version === 10) {
        await until(() => upstream.openConnections <= 2);
        before = resources();
      }
    }
    await callAll();
    await until(
      () => upstream.openConnections <= 2,
      () => upstream.openConnections,
    );
    const names = ['fetching', 'reading', 'named0', 'other0'];
    expect(gateway.status().services.map(({ name }) => name)).toEqual(names);
    expect(
      gateway
        .status()
        .listeners.map(({ name }) => name)
        .sort(),
    ).toEqual(['more0', 'same', 'test']);
    expect(gateway.status().realms.map(({ name, registrations }) => [name, registrations])).toEqual([
      [REALM, 3],
      ['com.example.realm0', 1],
    ]);
    expect(idp.requests).toHaveLength(1);
    // A few timers and sockets come and go. A leak would be a hundred of them.
    await until(
      () => Object.entries(resources()).every(([type, count]) => count <= (before[type] ?? 0) + 10),
      () => ({ before, now: resources() }),
    );
  });

  it('keep no earlier configuration in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const upstream = closeLater(await startRecordingUpstream());
    const conf = (version: number) =>
      parseConfig(billingConf(upstream.url, `+headers.X-Version = ${version}`, 'listeners.test.port = 0'), {
        env: {},
      });
    const { gateway, close } = await openReloadFixture('', { config: conf(0), addsListener: false });
    closeLater(close);
    const earlier: WeakRef<object>[] = [];
    for (let version = 1; version <= 20; version++) {
      const config = conf(version);
      earlier.push(new WeakRef(config.wamp));
      await gateway.reload(config);
    }
    // A WeakRef holds its target until the end of the current task.
    await new Promise((resolve) => setImmediate(resolve));
    await until(() => {
      collect();
      return earlier.filter((config) => config.deref() !== undefined).length <= 2;
    });
  });
});
