import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AttachedFixture, logged, openAttachedFixture } from '../../support/attached-fixture.js';

describe.each(['json', 'msgpack', 'cbor'])(
  'a call beyond the limits of a gateway attached in %s',
  (serializer) => {
    let fixture: AttachedFixture;
    beforeEach(async () => {
      fixture = await openAttachedFixture({ routerLines: ['wamp.max_values = 1000000'] });
    });
    afterEach(() => fixture.close());

    it('gets an error, and the session with all other calls goes on', async () => {
      const { gateway, log } = await fixture.attachAndWait([`router.serializer = ${serializer}`]);
      const tooMany = await fixture.caller.call('com.billing.create_invoice', {
        lines: Array.from({ length: 250_000 }, () => 1),
      });
      expect(tooMany).toMatchObject({
        uri: 'wamp.error.invalid_argument',
        args: [expect.stringContaining('more than 200000 values and names')],
      });
      expect(await fixture.caller.call('com.billing.get_invoice', { id: 1 })).toMatchObject({
        kwargs: { status: 200 },
      });
      expect(gateway.links[0]?.state).toBe('serving');
      expect(log.records().filter(({ level }) => level === 'warn')).toEqual([]);
      expect(log.records()).toContainEqual(
        expect.objectContaining({
          realm: 'com.example.myrealm',
          cause: expect.stringContaining('more than 200000 values and names'),
          msg: 'a call was refused',
        }),
      );
    });
  },
);

describe('a call above 16 MB', () => {
  it('ends the connection, and the log says what the router should limit', async () => {
    const fixture = await openAttachedFixture({
      routerLines: ['wamp.max_message_size = 64MB', 'wamp.max_send_buffer = 64MB'],
    });
    const attached = await fixture.attachAndWait();
    const call = fixture.caller.call('com.billing.create_invoice', { text: 'x'.repeat(17 * 1024 * 1024) });
    await logged(attached, { advice: 'set the maximum message size of the router to 16 MB or less' });
    await call;
    await fixture.close();
  });
});
