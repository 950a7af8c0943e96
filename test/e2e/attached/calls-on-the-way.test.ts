import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AttachedFixture, openAttachedFixture } from '../../support/attached-fixture.js';
import { HANG } from '../../support/recording-upstream.js';

describe('a call through a router to an attached gateway', () => {
  let fixture: AttachedFixture;
  beforeEach(async () => {
    fixture = await openAttachedFixture();
  });
  afterEach(() => fixture.close());

  it('closes the connection to the API when the caller cancels it', async () => {
    fixture.upstream.respondWith(() => HANG);
    await fixture.attachAndWait();
    const call = fixture.caller.call('com.billing.get_invoice', { id: 1 });
    const request = await fixture.upstream.arrived(1);
    fixture.caller.cancel('kill');
    expect(await call).toMatchObject({ uri: 'wamp.error.canceled' });
    expect(await request.responded).toBe(false);
  });

  it('ends at the timeout of the caller, if that is shorter than the deadline', async () => {
    fixture.upstream.respondWith(() => HANG);
    await fixture.attachAndWait();
    const call = fixture.caller.call('com.billing.get_invoice', { id: 1 }, { options: { timeout: 50 } });
    const request = await fixture.upstream.arrived(1);
    expect(await call).toMatchObject({ uri: 'wamp.error.timeout' });
    expect(await request.responded).toBe(false);
  });

  it.each([200, 500])(
    'gets too_large for a response of status %i above router.max_frame_size',
    async (status) => {
      fixture.upstream.respondWith(({ url }) => ({
        status: url.endsWith('/big') ? status : 200,
        json: { text: 'x'.repeat(url.endsWith('/big') ? 70_000 : 10) },
      }));
      const { log } = await fixture.attachAndWait(['router.max_frame_size = 64KB']);
      const answer = await fixture.caller.call('com.billing.get_invoice', { id: 'big' });
      expect(answer).toMatchObject({
        uri: 'wamp.error.payload_size_exceeded',
        kwargs: { status: 502, code: 'too_large' },
      });
      expect(log.records()).toContainEqual(
        expect.objectContaining({ id: answer.kwargs['id'], code: 'too_large' }),
      );
      // The session lives.
      expect(await fixture.caller.call('com.billing.get_invoice', { id: 'small' })).toMatchObject({
        kind: 'result',
      });
    },
  );

  it('fills the log with no lines if many responses are too large', async () => {
    fixture.upstream.respondWith(() => ({ json: { text: 'x'.repeat(70_000) } }));
    const { log, gateway } = await fixture.attachAndWait(['router.max_frame_size = 64KB']);
    const calls = Array.from({ length: 40 }, (_, id) =>
      fixture.caller.call('com.billing.get_invoice', { id }),
    );
    await Promise.all(calls);
    await gateway.stop();
    const lines = log.records().filter(({ msg }) => /too large|larger than/.test(String(msg)));
    expect(lines).toHaveLength(11);
    expect(lines[10]).toMatchObject({ repeated: 30, realm: 'com.example.myrealm' });
  });

  it('tells the API who calls, where a template asks for it', async () => {
    await fixture.attachAndWait(['+procedures.get_invoice.headers.X-Caller = {{caller.session}}']);
    await fixture.caller.call('com.billing.get_invoice', { id: 1 });
    expect((await fixture.upstream.arrived(1)).headers['x-caller']).toBe(String(fixture.caller.session));
  });

  it('is served while the gateway drains', async () => {
    let respond = (): void => {};
    fixture.upstream.respondWith(
      () =>
        new Promise((resolve) => {
          respond = () => resolve({ json: {} });
        }),
    );
    const { gateway } = await fixture.attachAndWait();
    const call = fixture.caller.call('com.billing.get_invoice', { id: 1 });
    await fixture.upstream.arrived(1);
    const stopping = gateway.stop();
    respond();
    expect(await call).toMatchObject({ kind: 'result' });
    await stopping;
  });

  it('ends with `down` when the grace period is over', async () => {
    fixture.upstream.respondWith(() => HANG);
    const { gateway } = await fixture.attachAndWait();
    const call = fixture.caller.call('com.billing.get_invoice', { id: 1 });
    await fixture.upstream.arrived(1);
    await gateway.stop(100);
    expect(await call).toMatchObject({ kwargs: { code: 'down' } });
  });
});
