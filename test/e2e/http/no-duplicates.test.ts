import { describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { type Answer, type Caller, connectCaller } from '../../support/caller.js';
import { type ChaosOptions, startChaosUpstream } from '../../support/chaos-upstream.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startGateway } from '../../support/gateway.js';

const POSTS = 10_000;
/**
 * Simultaneous calls: enough to keep the pool busy, but not so many that the machine is the limit.
 */
const AT_A_TIME = 100;
const RESET_SHARE = 0.05;

/** Calls with bodies 0 to POSTS - 1 over one session, and returns the outcomes in that order. */
async function postAll(caller: Caller): Promise<Answer[]> {
  const answers = new Array<Answer>(POSTS);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let number = next++; number < POSTS; number = next++) {
      answers[number] = await caller.call('com.billing.create_invoice', { number });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return answers;
}

const numberOf = (body: string): number => (JSON.parse(body) as { number: number }).number;
const isConnect = ({ kwargs }: Answer): boolean => kwargs['code'] === 'connect' && kwargs['attempts'] === 1;

describe(`${POSTS} POSTs to an API that resets 5 % of the connections after it has committed`, () => {
  const closeLater = closeAfterEach();

  async function open(options: Partial<ChaosOptions>, ...lines: string[]) {
    const upstream = await startChaosUpstream({ resetShare: RESET_SHARE, seed: 20_261_123, ...options });
    const gateway = await startGateway(billingConf(upstream.url, '+pool.checkout_timeout = 1m', ...lines));
    const caller = await connectCaller(gateway.url);
    for (const close of [upstream.close, () => gateway.stop(0), caller.close]) closeLater(close);
    return { upstream, caller };
  }

  it('leave no duplicate, and each that failed gets an error', { timeout: 60_000 }, async () => {
    const { upstream, caller } = await open({});
    const answers = await postAll(caller);
    const committed = upstream.ledger.map(numberOf);
    expect(new Set(committed).size).toBe(committed.length);
    expect(upstream.received).toBe(POSTS);
    const failed = answers.filter(({ kind }) => kind === 'error');
    expect(failed).toHaveLength(upstream.resets);
    expect(failed.every(isConnect)).toBe(true);
    // Otherwise the test would prove little.
    expect(upstream.resets).toBeGreaterThan(POSTS * RESET_SHARE * 0.7);
    console.log(`without a key: ${failed.length} of ${POSTS} failed, 0 duplicates`);
  });

  it('all succeed when they carry an idempotency key that the API supports', {
    timeout: 60_000,
  }, async () => {
    const header = 'Idempotency-Key';
    const { upstream, caller } = await open({ idempotencyHeader: header }, `+idempotency_header = ${header}`);
    const answers = await postAll(caller);
    const committed = upstream.ledger.map(numberOf);
    expect(new Set(committed).size).toBe(committed.length);
    const succeeded = answers.filter(({ kwargs }) => kwargs['status'] === 201);
    expect(succeeded.length).toBeGreaterThanOrEqual(POSTS * 0.999);
    expect(upstream.resets).toBeGreaterThan(POSTS * RESET_SHARE * 0.7);
    console.log(
      `with a key: ${succeeded.length} of ${POSTS} succeeded, ${upstream.received - POSTS} were sent again, 0 duplicates`,
    );
  });
});
