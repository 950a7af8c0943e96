import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openConsole } from '../../support/console-fixture.js';

const closing = closeAfterEach();

describe('the data of the console', () => {
  it('has the traffic and the errors of one service', async () => {
    const { caller, upstream, get } = closing(await openConsole(['+retries = 0']));
    await caller.call('com.billing.get_invoice', { id: 1 });
    upstream.respondWith(() => ({ status: 500 }));
    await caller.call('com.billing.get_invoice', { id: 1 });
    const { status, json } = await get('/services/billing');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      procedures: [
        {
          uri: 'com.billing.get_invoice',
          realm: 'com.example.myrealm',
          last_minute: { calls: 2, errors: 1 },
        },
      ],
      errors: [{ outcome: 'server_error', cause: 'the upstream answered 500' }],
      history: { step_seconds: 10, calls: expect.any(Array) },
    });
    expect((await get('/services/shop')).status).toBe(404);
  });

  it('has the calls of the procedures of all services', async () => {
    const { caller, get } = closing(await openConsole());
    await caller.call('com.billing.get_invoice', { id: 1 });
    const { json } = await get('/traffic');
    expect(json).toMatchObject({
      procedures: [{ uri: 'com.billing.get_invoice', last_hour: { calls: 1 } }],
      omitted: 0,
    });
  });

  it('has the recent traffic of all services', async () => {
    const { caller, get } = closing(await openConsole());
    await caller.call('com.billing.get_invoice', { id: 1 });
    const { json } = await get('/history');
    expect(Object.keys(json)).toEqual(['billing']);
    const { calls, errors } = json['billing'] as { calls: number[]; errors: number[] };
    expect([calls.at(-1), errors.at(-1), calls.length]).toEqual([1, 0, 90]);
  });
});
