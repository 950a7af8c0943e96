import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { startIdleClosingUpstream } from '../../support/chaos-upstream.js';
import { startGateway } from '../../support/gateway.js';
import { startSlowWire } from '../../support/slow-wire.js';

/**
 * Seconds between two POSTs: what the promise covers, most of all around the moments when either
 * end closes.
 */
const GAPS = [3, 3.9, 4, 4.1, 4.5, 4.9, 4.99, 5, 5.01, 5.1, 5.5, 6];
/**
 * POSTs of each case, so many gaps and one: the second gap is after a connection that was used
 * again, or replaced.
 */
const POSTS = 3;
/** Delay in each direction. A request that leaves in time must also arrive in time. */
const WIRE_MS = 300;

interface Case {
  readonly gap: number;
  readonly answers: readonly unknown[];
  readonly connections: number;
}

/** Sends POSTs with these gaps in seconds, through its own gateway to its own API. */
async function postApart(gap: number, hint: boolean): Promise<Case> {
  const upstream = await startIdleClosingUpstream({ hint });
  const wire = await startSlowWire(Number(new URL(upstream.url).port), WIRE_MS);
  const url = `http://127.0.0.1:${wire.port}`;
  const gateway = await startGateway(billingConf(url, '+pool.size = 1', '+retries = 0'));
  const caller = await connectCaller(gateway.url);
  const answers: unknown[] = [];
  for (let number = 1; number <= POSTS; number++) {
    if (number > 1) await sleep(gap * 1000);
    answers.push((await caller.call('com.billing.create_invoice', { number })).kwargs);
  }
  await caller.close();
  await gateway.stop(0);
  await wire.close();
  await upstream.close();
  return { gap, answers, connections: upstream.connections };
}

/**
 * A POST over a connection that the API closes at that moment is lost, and may not be sent again. The gaps are what is
 * tested, so they are real seconds; all cases run at once.
 */
describe('POSTs over an API that closes idle connections after 5 s', () => {
  it.concurrent.for([true, false])(
    'lose nothing, Keep-Alive hint: %s',
    { timeout: 60_000 },
    async (hint, { expect }) => {
      const good = Array.from({ length: POSTS }, (_, at) => ({ status: 201, body: { id: at + 1 } }));
      const cases = await Promise.all(GAPS.map((gap) => postApart(gap, hint)));
      expect(cases.map(({ gap, answers }) => [gap, answers])).toEqual(GAPS.map((gap) => [gap, good]));
      // A connection is reused while that is safe: for 4 s without a hint, else for one second less
      // than the hint.
      expect(cases.find(({ gap }) => gap === 3)?.connections).toBe(1);
      expect(cases.find(({ gap }) => gap === 6)?.connections).toBe(POSTS);
    },
  );
});
