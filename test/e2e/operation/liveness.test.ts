import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.js';
import { silentObserver } from '../../../src/index.js';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type GatewayFixtureOptions, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG, startRecordingUpstream } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const ID = { id: 1 };
const DOWN = { uri: 'bondy.error.bad_gateway', kwargs: { status: 503, code: 'down', attempts: 0 } };
const QUICK = ['+liveness.interval = 20ms', '+liveness.failure_threshold = 2'];
const AT_PATH = [...QUICK, '+liveness.path = /health'];

describe('a service with probes', () => {
  const closeLater = closeAfterEach();

  async function open(options: GatewayFixtureOptions = {}) {
    let heard = (): void => {};
    const facts: string[] = [];
    const hear = (fact: string) => () => {
      facts.push(fact);
      heard();
    };
    const observer = {
      ...silentObserver,
      probeEnded: (_: string, outcome: string) => hear(`probe ${outcome}`)(),
      serviceDown: hear('down'),
      serviceUp: hear('up'),
      alarmRaised: hear('raised'),
      alarmCleared: hear('cleared'),
    };
    const fixture = await openGatewayFixture({ ...options, gateway: { observer, ...options.gateway } });
    closeLater(fixture);
    return {
      ...fixture,
      facts,
      /** Waits until the observer has heard the fact so many times since the start. */
      async until(fact: string, times = 1): Promise<void> {
        while (facts.filter((each) => each === fact).length < times) {
          await new Promise<void>((resolve) => {
            heard = resolve;
          });
        }
      },
      alarms: () => fixture.log.records().filter(({ msg }) => /^the service is (down|up)/.test(String(msg))),
    };
  }

  it('sheds calls while its API is killed, and serves them when the API runs again', async () => {
    const { upstream, caller, until, facts, alarms } = await open({ lines: QUICK });
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
    await upstream.close();
    await until('raised');
    expect(await caller.call(GET, ID)).toMatchObject({ ...DOWN, kwargs: { ...DOWN.kwargs, retry_after: 1 } });
    closeLater(await startRecordingUpstream(undefined, { port: upstream.port }));
    await until('cleared');
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
    expect(facts.filter((fact) => !fact.startsWith('probe'))).toEqual(['down', 'raised', 'up', 'cleared']);
    expect(alarms()).toMatchObject([
      { level: 'error', service: 'billing', cause: 'connect ECONNREFUSED' },
      { level: 'info', service: 'billing' },
    ]);
  });

  it.each([
    ['hangs', HANG, '300ms', 'no response within liveness.timeout (300 ms)'],
    ['answers 500', { status: 500 }, '1m', 'the probe got the status 500'],
  ])('is down while its health check %s', async (_, response, timeout, cause) => {
    const { upstream, caller, until, alarms } = await open({
      lines: [...AT_PATH, `+liveness.timeout = ${timeout}`],
      respond: ({ url }) => (url === '/health' ? response : { json: {} }),
    });
    await until('raised');
    expect(await caller.call(GET, ID)).toMatchObject(DOWN);
    expect(alarms()).toMatchObject([{ cause }]);
    upstream.respondWith(() => ({ json: {} }));
    await until('cleared');
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
  });

  it('raises one alarm while its health check flaps', async () => {
    let count = 0;
    const { until, facts, alarms } = await open({
      lines: [...AT_PATH, '+liveness.success_threshold = 2'],
      // Two failures, one success, and again.
      respond: () => ({ status: ++count % 3 === 0 ? 200 : 500 }),
    });
    await until('down', 3);
    expect(facts.filter((fact) => !fact.startsWith('probe')).slice(0, 4)).toEqual([
      'down',
      'raised',
      'up',
      'down',
    ]);
    expect(alarms()).toHaveLength(1);
  });

  it('stays up while base_url answers any status, and probes without headers and cookies', async () => {
    const { upstream, until, facts } = await open({
      lines: [...QUICK, '+headers.X-Key = secret', '+headers.Host = billing.internal', '+cookies.c = 1'],
      respond: () => ({ status: 503 }),
    });
    await until('probe ok', 3);
    expect(facts).not.toContain('down');
    const [request] = upstream.requests;
    expect(request).toMatchObject({ method: 'HEAD', url: '/' });
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual(['connection', 'host', 'user-agent']);
    expect(request?.headers['host']).toBe('billing.internal');
  });

  it('appends liveness.path to base_url, and keeps its query', async () => {
    const { upstream } = await open({
      conf: (url) =>
        [
          `+base_url = ${url}/api/?tenant=a`,
          '+procedures.p.uri = com.example.p',
          '+procedures.p.realm = com.example.myrealm',
          '+liveness.path = /health',
          '+liveness.method = get',
          '+liveness.interval = 20ms',
        ]
          .map((line) => line.replace('+', 'rpc_gateway.services.s.'))
          .join('\n'),
    });
    expect(await upstream.arrived(1)).toMatchObject({ method: 'GET', url: '/api/health?tenant=a' });
  });

  it('is probed at its new address when base_url changes', async () => {
    const env = { PORT: '9' };
    const { upstream, caller, until, facts } = await open({
      conf: () =>
        billingConf(
          'http://127.0.0.1:{{port}}',
          ...QUICK,
          '+auth.secrets.provider = env',
          '+auth.secrets.vars.port.field = PORT',
          '+auth.secrets.refresh_interval = 20ms',
        ),
      gateway: { env },
    });
    await until('raised');
    expect(await caller.call(GET, ID)).toMatchObject(DOWN);
    env.PORT = String(upstream.port);
    await until('cleared');
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
    expect(facts.filter((fact) => !fact.startsWith('probe'))).toEqual(['down', 'raised', 'up', 'cleared']);
  });

  it('reports mistakes of callers first while it is down', async () => {
    const { caller, until } = await open({ lines: AT_PATH, respond: () => ({ status: 500 }) });
    await until('raised');
    expect(await caller.call(GET, {})).toMatchObject({ kwargs: { code: 'bad_request' } });
  });

  it('waits an interval before the first probe, and has no timer after the stop', async () => {
    const timers = new Set<number>();
    const clock: Clock = {
      ...systemClock,
      after(delayMs, action) {
        const isProbe = delayMs >= 2_700_000 && delayMs <= 3_300_000;
        if (isProbe) timers.add(delayMs);
        const stop = systemClock.after(delayMs, action);
        return () => {
          timers.delete(delayMs);
          stop();
        };
      },
    };
    const { upstream, gateway, caller } = await open({
      lines: ['+liveness.interval = 50m'],
      gateway: { clock },
    });
    await caller.call(GET, ID);
    expect(timers.size).toBe(1);
    expect(upstream.requests).toHaveLength(1);
    await gateway.stop(0);
    expect(timers.size).toBe(0);
  });

  it('sheds calls in attached mode too', async () => {
    const fixture = closeLater(await openAttachedFixture({ respond: () => ({ status: 500 }) }));
    const { log } = await fixture.attachAndWait([
      ...AT_PATH,
      '+liveness.failure_threshold = 1',
      '+timeout = 1m',
    ]);
    await fixture.upstream.arrived(1);
    const isDown = () => log.records().some(({ msg }) => String(msg).startsWith('the service is down'));
    while (!isDown()) await fixture.upstream.arrived(fixture.upstream.requests.length + 1);
    expect(await fixture.caller.call(GET, ID)).toMatchObject({ kwargs: { code: 'down' } });
  });
});

describe('a service without probes', () => {
  const closeLater = closeAfterEach();

  it('starts no timer', async () => {
    const delays: number[] = [];
    const clock: Clock = {
      ...systemClock,
      after(delayMs, action) {
        delays.push(delayMs);
        return systemClock.after(delayMs, action);
      },
    };
    const lines = ['+liveness.enabled = off', '+liveness.interval = 50m'];
    const fixture = await openGatewayFixture({ lines, gateway: { clock, random: () => 0.5 } });
    closeLater(fixture);
    expect(delays).not.toContain(3_000_000);
  });
});
