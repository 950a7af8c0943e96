import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AttachedFixture, openAttachedFixture } from '../../support/attached-fixture.js';
import { until } from '../../support/router-host.js';

describe('several gateways attached to our own router', () => {
  let fixture: AttachedFixture;
  beforeEach(async () => {
    fixture = await openAttachedFixture();
  });
  afterEach(() => fixture.close());

  it.each([2, 4])('%i of them share 1,000 calls evenly', async (count) => {
    const all = await Promise.all(Array.from({ length: count }, () => fixture.attachAndWait()));
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, id) => fixture.caller.call('com.billing.get_invoice', { id })),
    );
    expect(answers.every(({ kind }) => kind === 'result')).toBe(true);
    for (const { gateway } of all) {
      expect(gateway.callCount).toBeGreaterThan((1000 / count) * 0.8);
      expect(gateway.callCount).toBeLessThan((1000 / count) * 1.2);
    }
  });

  it('lose no call when one after the other is stopped and replaced', async () => {
    const running = await Promise.all([fixture.attachAndWait(), fixture.attachAndWait()]);
    let isOver = false;
    const errors: unknown[] = [];
    let answered = 0;
    const worker = async (): Promise<void> => {
      while (!isOver) {
        const answer = await fixture.caller.call('com.billing.get_invoice', { id: ++answered });
        if (answer.kind === 'error') errors.push(answer);
      }
    };
    const workers = Array.from({ length: 16 }, worker);
    for (let round = 0; round < 6; round++) {
      const before = answered;
      running.push(await fixture.attachAndWait());
      await running.shift()?.gateway.stop();
      await until(() => answered > before + 50);
    }
    isOver = true;
    await Promise.all(workers);
    expect(errors).toEqual([]);
  });

  it('hand a procedure over to one that waits for it, with invoke = single', async () => {
    const single = '+procedures.get_invoice.invoke = single';
    const first = await fixture.attachAndWait([single]);
    const second = fixture.attach([single]);
    await until(() => second.log.records().some(({ procedure }) => procedure === 'com.billing.get_invoice'));
    expect(second.gateway.links[0]?.procedures[0]).toMatchObject({
      uri: 'com.billing.get_invoice',
      kind: 'refused',
    });
    await first.gateway.stop();
    await second.ready;
    expect(await fixture.caller.call('com.billing.get_invoice', { id: 1 })).toMatchObject({ kind: 'result' });
  });
});
