import { describe, expect, it } from 'vitest';
import { openAttachedFixture, openWire } from '../../support/attached-fixture.js';
import { REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { ADMIN_LINES, scrape } from '../../support/scrape.js';

const GET = 'com.billing.get_invoice';

describe('GET /metrics of a gateway on an existing router', () => {
  const closeLater = closeAfterEach();

  it('shows the session and its procedures, and counts calls', async () => {
    const fixture = closeLater(await openAttachedFixture());
    const { gateway } = await fixture.attachAndWait(ADMIN_LINES);
    await fixture.caller.call(GET, { id: 1 });
    const { value, sum, series } = await scrape(gateway);
    expect(value(`rpc_gateway_attached_session_up{realm="${REALM}"}`)).toBe(1);
    expect(value(`rpc_gateway_attached_registered_procedures{realm="${REALM}"}`)).toBe(4);
    expect(sum('rpc_gateway_attached_reconnects_total')).toBe(0);
    expect(sum('rpc_gateway_requests_total', { outcome: 'ok' })).toBe(1);
    expect(series.filter((name) => name.startsWith('rpc_gateway_router_'))).toEqual([]);
  });

  it('shows a lost session and counts the attempts to join again', async () => {
    const fixture = closeLater(await openAttachedFixture());
    const wire = closeLater(await openWire(fixture.router.url));
    const { gateway } = await fixture.attachAndWait(ADMIN_LINES, wire.url);
    wire.cut();
    const lost = async () => {
      const { value, sum } = await scrape(gateway);
      return {
        up: value(`rpc_gateway_attached_session_up{realm="${REALM}"}`),
        registered: value(`rpc_gateway_attached_registered_procedures{realm="${REALM}"}`),
        hasReconnected: sum('rpc_gateway_attached_reconnects_total', { realm: REALM }) > 0,
      };
    };
    await expect.poll(lost).toEqual({ up: 0, registered: 0, hasReconnected: true });
    wire.mend();
    await expect.poll(lost).toEqual({ up: 1, registered: 4, hasReconnected: true });
  });

  it('counts a response that is too large for the router', async () => {
    const fixture = closeLater(
      await openAttachedFixture({ respond: () => ({ json: { text: 'x'.repeat(70_000) } }) }),
    );
    const { gateway } = await fixture.attachAndWait(['router.max_frame_size = 64KB', ...ADMIN_LINES]);
    await fixture.caller.call(GET, { id: 1 });
    const { sum } = await scrape(gateway);
    expect(sum('rpc_gateway_requests_total', { procedure: GET, outcome: 'too_large' })).toBe(1);
    expect(sum('rpc_gateway_requests_total', { procedure: GET, outcome: 'ok' })).toBe(1);
    expect(sum('rpc_gateway_request_duration_seconds_count')).toBe(1);
  });
});
