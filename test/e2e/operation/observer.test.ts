import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Observer, silentObserver } from '../../../src/index.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import {
  type GatewayFixture,
  type GatewayFixtureOptions,
  openGatewayFixture,
} from '../../support/gateway-fixture.js';
import { issuing, startIdp } from '../../support/idp.js';
import { RESET } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
const REALM = 'com.example.myrealm';
const PROCEDURE = { service: 'billing', procedure: GET, realm: REALM };
const ANY_MS = expect.any(Number);
const A_FAILURE = expect.objectContaining({ id: expect.stringMatching(/^\w{8}$/) });

type Fact = readonly [keyof Observer, ...unknown[]];

/** An observer that records its calls, and lets a test wait for them. */
function createListener() {
  const facts: Fact[] = [];
  let heard = (): void => {};
  const methods = Object.keys(silentObserver).map((name) => [
    name,
    (...fact: unknown[]) => {
      facts.push([name as keyof Observer, ...fact]);
      heard();
    },
  ]);
  const observer = Object.fromEntries(methods) as unknown as Observer;
  return {
    observer,
    of: (...names: (keyof Observer)[]) => facts.filter(([name]) => names.includes(name)),
    async until(name: keyof Observer): Promise<Fact> {
      for (;;) {
        const found = facts.find(([each]) => each === name);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

describe('the observer', () => {
  const closeLater = closeAfterEach();

  async function open(
    options: GatewayFixtureOptions = {},
  ): Promise<GatewayFixture & { heard: ReturnType<typeof createListener> }> {
    const heard = createListener();
    const fixture = await openGatewayFixture({
      ...options,
      gateway: { observer: heard.observer, ...options.gateway },
    });
    closeLater(fixture.close);
    return { ...fixture, heard };
  }

  it('hears of a successful call once at its start and once at its end', async () => {
    const { caller, heard } = await open();
    await caller.call(GET, { id: 1 });
    expect(heard.of('callBegan', 'attemptEnded', 'callEnded')).toEqual([
      ['callBegan', PROCEDURE],
      ['attemptEnded', 'billing', 'ok'],
      ['callEnded', PROCEDURE, 'ok', ANY_MS, 1, undefined],
    ]);
    expect(heard.of('routedCallEnded')).toEqual([['routedCallEnded', REALM, 'ok']]);
  });

  it.each([
    [301, 'redirect'],
    [404, 'client_error'],
    [500, 'server_error'],
  ])('hears of a response with the status %i as %s', async (status, outcome) => {
    const { caller, heard } = await open({ respond: () => ({ status }) });
    await caller.call(GET, { id: 1 });
    expect(heard.of('attemptEnded', 'callEnded')).toEqual([
      ['attemptEnded', 'billing', outcome],
      ['callEnded', PROCEDURE, outcome, ANY_MS, 1, outcome === 'server_error' ? A_FAILURE : undefined],
    ]);
    expect(heard.of('routedCallEnded')).toEqual([['routedCallEnded', REALM, 'error']]);
  });

  it.each([
    [404, '2xx, 404', {}, 'client_error', 'ok', 'ok'],
    [200, '2xx', { errors: ['why'] }, 'ok', 'client_error', 'error'],
  ])(
    'hears of the status %i with success = %s and the body %j as an attempt %s and a call %s',
    async (status, success, json, attempt, outcome, routed) => {
      const { caller, heard } = await open({
        respond: () => ({ status, json }),
        lines: [`+procedures.get_invoice.success = ${success}`, '+error_path = errors'],
      });
      await caller.call(GET, { id: 1 });
      expect(heard.of('attemptEnded', 'callEnded')).toEqual([
        ['attemptEnded', 'billing', attempt],
        ['callEnded', PROCEDURE, outcome, ANY_MS, 1, undefined],
      ]);
      expect(heard.of('routedCallEnded')).toEqual([['routedCallEnded', REALM, routed]]);
    },
  );

  it("hears of every attempt, and of the gateway's error code", async () => {
    const { caller, heard } = await open({ respond: () => RESET, lines: ['+retries = 2'] });
    await caller.call(GET, { id: 1 });
    expect(heard.of('attemptEnded', 'callEnded')).toEqual([
      ['attemptEnded', 'billing', 'connect'],
      ['attemptEnded', 'billing', 'connect'],
      ['attemptEnded', 'billing', 'connect'],
      ['callEnded', PROCEDURE, 'connect', ANY_MS, 3, A_FAILURE],
    ]);
  });

  it('hears of a call that never becomes a request', async () => {
    const { caller, heard } = await open();
    await caller.call(GET, {});
    expect(heard.of('callBegan', 'attemptEnded', 'callEnded')).toEqual([
      ['callBegan', PROCEDURE],
      ['callEnded', PROCEDURE, 'bad_request', ANY_MS, 0, A_FAILURE],
    ]);
  });

  it('hears that a retry budget is used up', async () => {
    const { caller, heard } = await open({
      respond: () => RESET,
      lines: ['+retries = 10', '+pool.size = 50'],
    });
    await Promise.all(Array.from({ length: 20 }, (_, id) => caller.call(GET, { id })));
    expect(heard.of('retryBudgetExhausted').length).toBeGreaterThan(0);
    expect(heard.of('retryBudgetExhausted')[0]).toEqual(['retryBudgetExhausted', 'billing']);
  });

  it('hears of a token that is fetched, and of each use', async () => {
    const idp = closeLater(await startIdp(issuing()));
    const { caller, heard } = await open({
      lines: [
        `+auth.fetch.url = ${idp.origin}/oauth/token`,
        '+auth.fetch.body_encoding = form',
        '+auth.fetch.body.grant_type = client_credentials',
        '+auth.fetch.token_path = access_token',
        '+auth.fetch.expires_in_path = expires_in',
        '+auth.apply.format = Bearer {{token}}',
      ],
    });
    await caller.call(GET, { id: 1 });
    await caller.call(POST, { id: 2 });
    expect(heard.of('tokenUsed', 'tokenFetched')).toEqual([
      ['tokenUsed', 'billing', 'miss'],
      ['tokenFetched', 'billing', ANY_MS, 3_600_000],
      ['tokenUsed', 'billing', 'hit'],
    ]);
  });

  it('hears of a token request that fails', async () => {
    const { caller, heard } = await open({
      lines: ['+auth.fetch.url = http://127.0.0.1:9/token', '+auth.fetch.token_path = access_token'],
    });
    await caller.call(GET, { id: 1 });
    expect(heard.of('tokenFetched')).toEqual([['tokenFetched', 'billing', ANY_MS, undefined]]);
  });

  it.each([
    [{ BILLING_KEY: 'key' }, 'ok'],
    [{}, 'error'],
  ])('hears whether a secret can be read: %o is %s', async (env, outcome) => {
    const { heard } = await open({
      lines: [
        '+auth.secrets.provider = env',
        '+auth.secrets.vars.token.field = BILLING_KEY',
        '+auth.apply.name = X-Api-Key',
      ],
      gateway: { env },
    });
    expect(heard.of('secretRead')).toEqual([['secretRead', 'billing', outcome]]);
  });

  it('hears of connections and sessions that come and go', async () => {
    const { gateway, heard } = await open();
    const other = await connectCaller(gateway.url);
    await other.close();
    await heard.until('connectionClosed');
    expect(heard.of('connectionOpened', 'sessionJoined')).toEqual([
      ['connectionOpened', 'test'],
      ['sessionJoined', REALM],
      ['connectionOpened', 'test'],
      ['sessionJoined', REALM],
    ]);
    expect(heard.of('sessionLeft')).toEqual([['sessionLeft', REALM]]);
  });

  it('hears of a client that breaks the protocol', async () => {
    const { gateway, heard } = await open();
    const socket = new WebSocket(gateway.url, 'wamp.2.json');
    closeLater(() => socket.terminate());
    socket.on('open', () => socket.send(JSON.stringify([MESSAGE.CALL, 1, {}, 'com.a'])));
    expect(await heard.until('protocolViolated')).toEqual(['protocolViolated', 'test']);
  });

  it.each<[string, object, string]>([
    ['a page of another origin', { headers: { origin: 'https://example.com' } }, 'origin'],
    ['a subprotocol that nobody speaks', { protocol: 'wamp.2.none' }, 'handshake'],
  ])(
    'hears of a rejected connection: %s',
    async (_, { protocol = 'wamp.2.json', ...options }: { protocol?: string }, reason) => {
      const { gateway, heard } = await open();
      const socket = new WebSocket(gateway.url, protocol, options);
      socket.on('error', () => {});
      const [, listener, why] = await heard.until('connectionRejected');
      expect([listener, why]).toEqual(['test', reason]);
    },
  );

  it('hears of a connection that exceeds max_sessions', async () => {
    const { gateway, heard } = await open({
      lines: ['', 'listeners.main.port = 0', 'listeners.main.max_sessions = 1'],
    });
    const { hostname, port } = new URL(gateway.url);
    const socket: Socket = connect(Number(port), hostname);
    closeLater(() => socket.destroy());
    socket.on('error', () => {});
    expect(await heard.until('connectionRejected')).toEqual(['connectionRejected', 'main', 'full']);
    // A second reason for the same connection is not reported.
    const fields = ['Host: a', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 8'];
    socket.write(`GET /ws HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`);
    socket.resume();
    await once(socket, 'close');
    expect(heard.of('connectionRejected')).toEqual([['connectionRejected', 'main', 'full']]);
  });

  it('hears of events that clients publish', async () => {
    const { gateway, heard } = await open();
    const socket = new WebSocket(gateway.url, 'wamp.2.json');
    closeLater(() => socket.terminate());
    socket.on('open', () =>
      socket.send(JSON.stringify([MESSAGE.HELLO, REALM, { roles: { publisher: {} } }])),
    );
    socket.once('message', () => socket.send(JSON.stringify([MESSAGE.PUBLISH, 1, {}, 'com.example.topic'])));
    expect(await heard.until('eventPublished')).toEqual(['eventPublished', REALM]);
  });
});
