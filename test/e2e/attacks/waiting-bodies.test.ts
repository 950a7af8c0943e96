import { describe, expect, it } from 'vitest';
import { ownError, REALM } from '../../support/caller.js';
import { type CallFailed, type Format, wampy } from '../../support/clients.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type GatewayFixtureOptions, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG, RESET } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
const OVERLOAD = { status: 503, code: 'overload' };
const LARGE = { b: 'x'.repeat(300_000) };
/** Room for three of them: one session may take three quarters. */
const ROOM = ['+pool.max_waiting_bytes = 1400KB', '+pool.size = 1', '+pool.checkout_timeout = 1h'];

describe('large calls that wait', () => {
  const closeLater = closeAfterEach();
  const open = async (options: GatewayFixtureOptions) => closeLater(await openGatewayFixture(options));

  it('for a connection are refused beyond pool.max_waiting_bytes, while small ones go on waiting', async () => {
    const { caller, upstream } = await open({ respond: () => HANG, lines: ROOM });
    const running = caller.call(POST, {}).catch(() => 'gone');
    await upstream.arrived(1);
    const large = Array.from({ length: 8 }, () => caller.call(POST, LARGE));
    const small = caller.call(POST, { a: 1 });
    const refused = await Promise.all(large.slice(3));
    for (const answer of refused) expect(ownError(answer)).toMatchObject({ ...OVERLOAD, attempts: 0 });
    upstream.respondWith(() => ({ json: 'ok' }));
    caller.cancel('kill', 1);
    expect(await running).toMatchObject({ uri: 'wamp.error.canceled' });
    for (const answer of await Promise.all([...large.slice(0, 3), small])) expect(answer.kind).toBe('result');
    // All of the memory was released.
    const again = await Promise.all([LARGE, LARGE].map((kwargs) => caller.call(POST, kwargs)));
    expect(again.map(({ kind }) => kind)).toEqual(['result', 'result']);
  });

  it.each<Format>(['msgpack', 'cbor'])('for a connection are refused in %s', async (format) => {
    const { gateway, caller, upstream } = await open({ respond: () => HANG, lines: ROOM });
    const running = caller.call(POST, {}).catch(() => 'gone');
    await upstream.arrived(1);
    const client = await wampy(gateway.url, REALM, format);
    const outcomes = Array.from({ length: 6 }, () =>
      client.call(POST, { args: [], kwargs: LARGE }).outcome.then(
        () => 'result',
        (error: CallFailed) => error.kwargs['code'],
      ),
    );
    expect(await outcomes[5]).toBe('overload');
    upstream.respondWith(() => ({ json: 'ok' }));
    caller.cancel('kill', 1);
    await running;
    expect(await outcomes[0]).toBe('result');
    await client.close();
  });

  it('count arguments that no request uses', async () => {
    const lines = [...ROOM, '+procedures.get_invoice.remaining = body', '+procedures.get_invoice.body.b = x'];
    const { caller, upstream } = await open({ respond: () => HANG, lines });
    const running = caller.call(GET, { id: 1 }).catch(() => 'gone');
    await upstream.arrived(1);
    const large = Array.from({ length: 5 }, () => caller.call(GET, { id: 2, ...LARGE }));
    expect(ownError(await (large[4] as (typeof large)[0]))).toMatchObject(OVERLOAD);
    caller.cancel('kill', 1);
    await running;
    for (const call of large) call.catch(() => 'gone');
  });

  it('for a token are refused', async () => {
    const { caller, upstream } = await open({
      respond: () => HANG,
      conf: (url) => `
rpc_gateway.services.api.base_url = ${url}
rpc_gateway.services.api.pool.max_waiting_bytes = 1MB
rpc_gateway.services.api.auth.vars.user = u
rpc_gateway.services.api.auth.fetch.url = ${url}/token
rpc_gateway.services.api.auth.fetch.token_path = access_token
rpc_gateway.services.api.procedures.post.uri = ${POST}
rpc_gateway.services.api.procedures.post.realm = ${REALM}
rpc_gateway.services.api.procedures.post.method = post`,
    });
    const large = Array.from({ length: 5 }, () => caller.call(POST, LARGE).catch(() => 'gone'));
    expect(ownError((await large[4]) as never)).toMatchObject(OVERLOAD);
    expect((await upstream.arrived(1)).url).toBe('/token');
    expect(upstream.requests).toHaveLength(1);
  });

  it('for a retry end with their error beyond the limit', async () => {
    const { caller, upstream } = await open({
      respond: () => RESET,
      lines: ['+pool.max_waiting_bytes = 1KB', '+idempotency_header = Idempotency-Key'],
    });
    expect(ownError(await caller.call(POST, LARGE))).toMatchObject({ code: 'connect', attempts: 1 });
    expect(upstream.requests).toHaveLength(1);
    const { attempts } = ownError(await caller.call(POST, { a: 1 }));
    expect(attempts).toBeGreaterThan(1);
  });
});
