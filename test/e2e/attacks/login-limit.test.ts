import { describe, expect, it } from 'vitest';
import { hashPassword } from '../../../src/cli/hash-password.js';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { keepLog } from '../../support/log-lines.js';
import { byCra, byKey, byScram, byTicket, type Login, PRIVATE_KEY } from '../../support/logins.js';
import { ALL_ROLES, type RawClient, rawOver } from '../../support/raw-client.js';
import { until } from '../../support/router-host.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';
import { caseNamed, type TransportCase } from '../../support/transport-matrix.js';

const LIMIT = 4;
const GUESSES = 24;
const REALM = 'com.example';
const AUTHENTICATOR = 'com.example.authenticate';

const closeLater = closeAfterEach();

/** A gateway whose clock stands still, so that no failed login makes room for another. */
async function start(user: object, lines: readonly string[] = []) {
  const clock = createFakeClock();
  const log = keepLog();
  const backend = { username: 'backend', password: 'secret', groups: ['backends'] };
  const realm = {
    uri: REALM,
    users: [{ username: 'alice', ...user }, backend],
    groups: [{ name: 'backends' }],
  };
  const gateway = await startSecuredGateway([realm], {
    clock,
    log: log.log,
    lines: [
      'listeners.test.protocol = universal',
      `security.max_failed_logins = ${LIMIT}`,
      'security.max_failed_login_delay = 8s',
      ...lines,
    ],
  });
  closeLater(() => gateway.stop(0));
  const connect = async ({ transport, serializer }: TransportCase): Promise<RawClient> =>
    rawOver(await dialRouter(gateway.endpoints[transport.urlAt ?? 0] ?? '', { serializer }));
  return { clock, log, connect };
}

/** Sends HELLO over many connections, and then answers all challenges. */
async function guess(connect: () => Promise<RawClient>, login: Login) {
  const clients = await Promise.all(Array.from({ length: GUESSES }, connect));
  closeLater(() => {
    for (const client of clients) client.close();
  });
  for (const client of clients) client.send([MESSAGE.HELLO, REALM, { roles: ALL_ROLES, ...login.details }]);
  const challenges = await Promise.all(clients.map((client) => client.next()));
  expect(challenges.map(([type]) => type)).toEqual(Array(GUESSES).fill(4));
  const uris: unknown[] = [];
  for (const [index, client] of clients.entries()) {
    const [signature, extra] = login.answer(challenges[index]?.[2] as Record<string, unknown>);
    client.send([MESSAGE.AUTHENTICATE, signature, extra]);
    void client.next().then(
      ([, , uri]) => uris.push(uri),
      () => {},
    );
  }
  return uris;
}

const SALTED = { password: await hashPassword('right', 1000) };
const PLAIN = { password: 'right' };

describe('many simultaneous guesses from one address', () => {
  it.each([
    ['a ticket', 'WebSocket on a universal port, json', PLAIN, byTicket('alice', 'wrong')],
    [
      'a ticket for a salted hash',
      'RawSocket on a universal port, msgpack',
      SALTED,
      byTicket('alice', 'wrong'),
    ],
    ['a ticket for nobody', 'WebSocket on a universal port, cbor', SALTED, byTicket('nobody', 'wrong')],
    ['WAMP-SCRAM', 'WebSocket on a universal port, msgpack', PLAIN, byScram('alice', 'wrong')],
    ['WAMP-CRA', 'RawSocket on a universal port, cbor', PLAIN, byCra('alice', 'wrong')],
    [
      'cryptosign',
      'RawSocket on a universal port, json',
      { authorized_keys: ['ab'.repeat(32)] },
      byKey('alice', PRIVATE_KEY),
    ],
  ] as const)('are checked only up to the limit: %s over %s', async (_what, name, user, login) => {
    const { clock, log, connect } = await start(user);
    const looked = () => log.records().filter(({ msg }) => msg === 'a login failed').length;
    const uris = await guess(() => connect(caseNamed(name)), login);
    await until(
      () => uris.length + looked() >= GUESSES,
      () => [uris, looked()],
    );
    expect(looked()).toBe(LIMIT);
    expect(uris).toEqual(Array(GUESSES - LIMIT).fill('bondy.error.too_many_requests'));
    clock.advance(8000);
    await until(() => uris.length === GUESSES);
    expect(uris.slice(-LIMIT)).toEqual(Array(LIMIT).fill('wamp.error.authentication_denied'));
  });

  it.each([
    'WebSocket on a universal port, cbor',
    'RawSocket on a universal port, msgpack',
    'WebSocket on a universal port, json',
  ] as const)('reach an authenticator only up to the limit: over %s', async (name) => {
    const { connect } = await start(PLAIN, [`security.realms.${REALM}.authenticator = ${AUTHENTICATOR}`]);
    const backend = closeLater(await connect(caseNamed('WebSocket on a universal port, json')));
    backend.send([MESSAGE.HELLO, REALM, { roles: ALL_ROLES, authid: 'backend', authmethods: ['ticket'] }]);
    await backend.next();
    backend.send([MESSAGE.AUTHENTICATE, 'secret', {}]);
    expect((await backend.next())[0]).toBe(MESSAGE.WELCOME);
    backend.send([MESSAGE.REGISTER, 1, {}, AUTHENTICATOR]);
    expect((await backend.next())[0]).toBe(MESSAGE.REGISTERED);

    const uris = await guess(() => connect(caseNamed(name)), byTicket('joe', 'wrong'));
    await until(
      () => uris.length + backend.unread >= GUESSES,
      () => [uris, backend.unread],
    );
    expect(backend.unread).toBe(LIMIT);
    expect(uris).toEqual(Array(GUESSES - LIMIT).fill('bondy.error.too_many_requests'));
    // With a clock that stands still, the gateway would wait for these for ever when it stops.
    for (let i = 0; i < LIMIT; i += 1) {
      const [, request] = await backend.next();
      backend.send([MESSAGE.ERROR, MESSAGE.INVOCATION, request, {}, 'com.example.error.no_such_user']);
    }
  });
});
