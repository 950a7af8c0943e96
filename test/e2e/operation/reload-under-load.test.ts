import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { connectAutobahn } from '../../support/autobahn.js';
import { type Answer, type Caller, connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type Idp, startIdp } from '../../support/idp.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { inShort, openReloadFixture } from '../../support/reload-fixture.js';
import { until } from '../../support/router-host.js';
import { IS_THOROUGH } from '../../support/thoroughness.js';

/** In CI as the promise says; elsewhere less, so that `npm test` stays short. */
const RELOADS = IS_THOROUGH ? 50 : 10;
const CALLS_PER_SECOND = IS_THOROUGH ? 1000 : 500;
/** At least this long between two reloads. */
const EVERY_MS = 200;
const SERVICES = ['one', 'two', 'three'] as const;

/** Three services with tokens. The version is in a header of one of them. */
function conf(upstream: RecordingUpstream, idp: Idp, changed: string, version: number): string {
  const lines = (name: string): string[] => [
    `base_url = ${upstream.url}/${name}`,
    `auth.fetch.url = ${idp.origin}/${name}`,
    'auth.fetch.token_path = access_token',
    'auth.fetch.expires_in_path = expires_in',
    'breaker.enabled = on',
    `headers.X-Version = ${name === changed ? version : 0}`,
    ...['get', 'post'].flatMap((method) => [
      `procedures.${method}.uri = com.${name}.${method}`,
      `procedures.${method}.realm = ${REALM}`,
      `procedures.${method}.method = ${method}`,
      `procedures.${method}.path = /{{id}}`,
    ]),
  ];
  return SERVICES.flatMap((name) => lines(name).map((line) => `rpc_gateway.services.${name}.${line}\n`)).join(
    '',
  );
}

/** A machine that is too slow for the rate gets fewer calls, and not a queue without end. */
const MAX_RUNNING = 60;

/** Sends calls at a constant rate until it is stopped. */
function startLoad(callers: readonly Caller[]) {
  const answers: Promise<Answer>[] = [];
  let running = 0;
  const startedAt = systemClock.monotonic();
  let isOver = false;
  function send(): void {
    if (isOver) return;
    const due = Math.floor(((systemClock.monotonic() - startedAt) * CALLS_PER_SECOND) / 1000);
    while (answers.length < due && running < MAX_RUNNING) {
      const id = answers.length;
      const caller = callers[id % callers.length] as Caller;
      const name = SERVICES[id % SERVICES.length];
      const answer = caller.call(`com.${name}.${id % 2 === 0 ? 'get' : 'post'}`, { id });
      running++;
      answers.push(answer.finally(() => running--));
    }
    setTimeout(send, 5);
  }
  send();
  return {
    async end(): Promise<readonly Answer[]> {
      isOver = true;
      return await Promise.all(answers);
    },
  };
}

describe(`${RELOADS} reloads at ${CALLS_PER_SECOND} calls per second`, () => {
  const closeLater = closeAfterEach();

  it('lose no call, close no session, and fetch no token', { timeout: 60_000 }, async () => {
    const idp = closeLater(await startIdp());
    const versions = new Set<number>();
    const upstream = closeLater(
      await startRecordingUpstream(({ headers }) => {
        versions.add(Number(headers['x-version']));
        return { json: {} };
      }),
    );
    const { url, reload, gateway, close } = await openReloadFixture(conf(upstream, idp, 'one', 0));
    closeLater(close);
    const callers = await Promise.all(Array.from({ length: 20 }, () => connectCaller(url)));
    const client = await connectAutobahn(url, REALM);
    let closed = 0;
    void client.closed.then(() => closed++);

    const load = startLoad(callers);
    for (let version = 1; version <= RELOADS; version++) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      const changed = SERVICES[version % SERVICES.length] as string;
      const outcome = await reload(conf(upstream, idp, changed, version));
      expect(inShort(outcome)).toContain(`service ${changed} changed`);
      await until(() => versions.has(version));
    }
    const answers = await load.end();

    expect(answers.filter(({ kind }) => kind === 'error')).toEqual([]);
    // No call was sent twice.
    expect(upstream.requests).toHaveLength(answers.length);
    expect(new Set(upstream.requests.map(({ url: path }) => path)).size).toBe(answers.length);
    expect(idp.requests.map(({ url: path }) => path).sort()).toEqual(['/one', '/three', '/two']);
    expect(closed).toBe(0);
    expect(gateway.status().services.map(({ in_flight }) => in_flight)).toEqual([0, 0, 0]);
    expect(gateway.callCount).toBe(answers.length);
    await Promise.all([client.close(), ...callers.map((caller) => caller.close())]);
  });
});
