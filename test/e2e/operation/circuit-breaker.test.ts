import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.js';
import { silentObserver } from '../../../src/index.js';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type GatewayFixtureOptions, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG, RESET } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
const ID = { id: 1 };
const DOWN = { uri: 'bondy.error.bad_gateway', kwargs: { status: 503, code: 'down', attempts: 0 } };
const BREAKER = [
  '+breaker.enabled = on',
  '+breaker.minimum_calls = 4',
  '+breaker.window = 1h',
  '+breaker.open_time = 1m',
  '+retries = 0',
];

/** The system's clock, which a test can put forward. Running timers do not change. */
function createShiftedClock(): Clock & { skip(ms: number): void } {
  let skipped = 0;
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + skipped,
    skip: (ms) => {
      skipped += ms;
    },
  };
}

describe('a service with a circuit breaker', () => {
  const closeLater = closeAfterEach();

  async function open({ lines = [], ...options }: GatewayFixtureOptions = {}) {
    const states: string[] = [];
    const clock = createShiftedClock();
    const observer = { ...silentObserver, breakerChanged: (_: string, state: string) => states.push(state) };
    const fixture = await openGatewayFixture({
      ...options,
      lines: [...BREAKER, ...lines],
      gateway: { clock, observer },
    });
    closeLater(fixture);
    const { caller, log } = fixture;
    return {
      ...fixture,
      clock,
      states,
      async call(times: number, uri = POST) {
        for (let count = 1; count < times; count++) await caller.call(uri, ID);
        return caller.call(uri, ID);
      },
      lines: () => log.records().filter(({ msg }) => String(msg).startsWith('the circuit breaker')),
    };
  }

  it('sheds calls while the API answers 503, and serves them after a good trial', async () => {
    const { upstream, call, clock, states, lines } = await open({ respond: () => ({ status: 503 }) });
    expect(await call(4)).toMatchObject({ kwargs: { status: 503 } });
    expect(await call(1)).toMatchObject({ ...DOWN, kwargs: { ...DOWN.kwargs, retry_after: 60 } });
    expect(upstream.requests).toHaveLength(4);

    clock.skip(60_000);
    expect(await call(1)).not.toMatchObject(DOWN);
    // The trial failed, so the time has doubled.
    clock.skip(60_000);
    expect(await call(1)).toMatchObject(DOWN);
    clock.skip(60_000);
    upstream.respondWith(() => ({ json: { ok: true } }));
    expect(await call(2)).toMatchObject({ kind: 'result' });
    expect(upstream.requests).toHaveLength(7);
    expect(states).toEqual(['open', 'half_open', 'open', 'half_open', 'closed']);
    expect(lines()).toMatchObject([
      { level: 'warn', service: 'billing', cause: '4 of 4 calls failed within 3600000 ms' },
      { level: 'info', service: 'billing' },
    ]);
  });

  it('sheds the calls of all its procedures', async () => {
    const { upstream, call } = await open({ respond: () => ({ status: 503 }) });
    await call(4, POST);
    expect(await call(1, GET)).toMatchObject(DOWN);
    expect(upstream.requests).toHaveLength(4);
  });

  it('opens when the API is killed', async () => {
    const { upstream, call } = await open();
    await call(1);
    await upstream.close();
    expect(await call(3)).toMatchObject({ kwargs: { code: 'connect' } });
    expect(await call(1)).toMatchObject(DOWN);
  });

  it('opens when the API resets connections', async () => {
    const { call } = await open({ respond: () => RESET });
    expect(await call(4)).toMatchObject({ kwargs: { code: 'connect' } });
    expect(await call(1)).toMatchObject(DOWN);
  });

  it('opens when the API hangs until the timeout of the service', async () => {
    const { call } = await open({ lines: ['+timeout = 20ms'], respond: () => HANG });
    expect(await call(4)).toMatchObject({ kwargs: { code: 'timeout' } });
    expect(await call(1)).toMatchObject(DOWN);
  });

  it('opens when the gateway cannot use the responses', async () => {
    const respond = () => ({ headers: { 'content-encoding': 'gzip' }, body: 'not gzip' });
    const { call } = await open({ respond });
    expect(await call(4)).toMatchObject({ kwargs: { code: 'bad_answer' } });
    expect(await call(1)).toMatchObject(DOWN);
  });

  it('stays closed when callers are impatient, and when the API answers 4xx or 500', async () => {
    const { upstream, caller, call, states } = await open({ respond: () => HANG });
    for (let count = 0; count < 4; count++) {
      expect(await caller.call(POST, ID, { options: { timeout: 20 } })).toMatchObject({
        uri: 'wamp.error.timeout',
      });
    }
    for (const status of [404, 500]) {
      upstream.respondWith(() => ({ status }));
      expect(await call(4)).toMatchObject({ kwargs: { status } });
    }
    expect(states).toEqual([]);
  });

  it('opens at 500 if breaker.statuses has it', async () => {
    const { call } = await open({ lines: ['+breaker.statuses = 500'], respond: () => ({ status: 500 }) });
    await call(4);
    expect(await call(1)).toMatchObject(DOWN);
  });

  it('counts a call once, with all its attempts', async () => {
    const lines = ['+retries = 1', '+retry.statuses = 503'];
    const { upstream, call, states } = await open({ lines, respond: () => ({ status: 503 }) });
    await call(3, GET);
    expect(upstream.requests).toHaveLength(6);
    expect(states).toEqual([]);
  });

  it('stays closed below the ratio while the API flaps', async () => {
    let count = 0;
    const respond = () => ({ status: ++count % 3 === 0 ? 503 : 200 });
    const { call, states } = await open({ respond });
    await call(12);
    expect(states).toEqual([]);
  });

  it('makes the next call the trial when the caller cancels the trial', async () => {
    const { upstream, caller, call, clock, states } = await open({ respond: () => ({ status: 503 }) });
    await call(4);
    clock.skip(60_000);
    upstream.respondWith(() => HANG);
    const trial = caller.call(POST, ID);
    await upstream.arrived(5);
    caller.cancel('kill');
    expect(await trial).toMatchObject({ uri: 'wamp.error.canceled' });
    upstream.respondWith(() => ({}));
    expect(await call(1)).toMatchObject({ kind: 'result' });
    expect(states).toEqual(['open', 'half_open', 'closed']);
  });

  it('refuses other calls while the trial runs, and reports mistakes of callers first', async () => {
    const { upstream, caller, call, clock } = await open({ respond: () => ({ status: 503 }) });
    await call(4);
    expect(await caller.call(GET, {})).toMatchObject({ kwargs: { code: 'bad_request' } });
    clock.skip(60_000);
    // A mistake is never the trial.
    expect(await caller.call(GET, {})).toMatchObject({ kwargs: { code: 'bad_request' } });
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    upstream.respondWith(() => finished.then(() => ({})));
    const trial = caller.call(POST, ID);
    await upstream.arrived(5);
    expect(await call(1)).toMatchObject({ kwargs: { code: 'down', retry_after: 1 } });
    finish();
    expect(await trial).toMatchObject({ kind: 'result' });
  });

  it('sheds calls in attached mode too', async () => {
    const fixture = closeLater(await openAttachedFixture({ respond: () => ({ status: 503 }) }));
    await fixture.attachAndWait(BREAKER);
    for (let count = 0; count < 4; count++) await fixture.caller.call(POST, ID);
    expect(await fixture.caller.call(POST, ID)).toMatchObject({ kwargs: { code: 'down' } });
    expect(fixture.upstream.requests).toHaveLength(4);
  });
});

describe('a service without a circuit breaker', () => {
  const closeLater = closeAfterEach();

  it('sends every call', async () => {
    const fixture = await openGatewayFixture({ respond: () => ({ status: 503 }), lines: ['+retries = 0'] });
    closeLater(fixture);
    for (let count = 0; count < 25; count++) await fixture.caller.call(POST, ID);
    expect(fixture.upstream.requests).toHaveLength(25);
  });
});
