import { expect } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { byTicket } from '../logins.js';
import { connectOctets } from '../octet-client.js';
import { ALL_ROLES, hello, type RawClient } from '../raw-client.js';
import {
  ask,
  connect,
  join,
  type LimitCase,
  outcome,
  TOO_MANY,
  type Urls,
  untilAnswered,
  VIOLATION,
} from './limit-case.js';

const isIn = (client: RawClient): Promise<unknown> =>
  client.next().then(
    ([type]) => type === MESSAGE.WELCOME,
    () => false,
  );

async function entersAs(urls: Urls): Promise<'ok' | 'refused'> {
  const client = await connect(urls).catch(() => undefined);
  if (client === undefined) return 'refused';
  client.send([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]);
  return (await isIn(client)) ? 'ok' : 'refused';
}

/** Limits of sessions, connections and logins. */
export const SESSION_CASES: readonly LimitCase[] = [
  {
    keys: ['wamp.max_sessions'],
    lines: ['wamp.max_sessions = 2', 'listeners.test.max_sessions = 10'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      for (let joined = 0; joined < 2; joined++) await join(urls);
      return outcome(await hello(await connect(urls)));
    },
  },
  {
    keys: ['wamp.handshake_timeout'],
    lines: ['wamp.handshake_timeout = 60ms'],
    limited: VIOLATION,
    exceed: async (urls) => outcome(await (await connect(urls)).next()),
  },
  {
    keys: ['wamp.ping_interval', 'wamp.ping_timeout'],
    lines: ['wamp.ping_interval = 30ms', 'wamp.ping_timeout = 60ms', 'wamp.handshake_timeout = 1h'],
    limited: 'closed',
    async exceed({ rs, closeLater }) {
      const client = await connectOctets(rs);
      closeLater(client.close);
      client.write(Buffer.from([0x7f, 0xf1, 0, 0]));
      await client.read(4);
      return client.closed.then(() => 'closed');
    },
  },
  ...['max_sessions', 'max_sessions_per_source'].map((key) => ({
    keys: [`listeners.test.${key}`],
    lines: [`listeners.test.${key} = 1`],
    limited: 'refused',
    otherwise: 'ok',
    async exceed(urls: Urls) {
      await join(urls);
      return entersAs(urls);
    },
  })),
  ...['max_unjoined', 'max_unjoined_per_source'].map((key) => ({
    keys: [`listeners.test.${key}`],
    lines: [`listeners.test.${key} = 1`],
    limited: ['ok', 'refused', 'ok', 'refused'],
    otherwise: ['ok', 'ok', 'ok', 'ok'],
    async exceed(urls: Urls) {
      // Joined clients do not count; clients that have left do.
      const first = await entersAs(urls);
      const silent = await connect(urls);
      const second = await entersAs(urls);
      await hello(silent);
      const third = await entersAs(urls);
      expect(await ask(silent, MESSAGE.GOODBYE, {}, 'wamp.close.normal')).toBe('ok');
      return [first, second, third, await entersAs(urls)];
    },
  })),
  {
    keys: ['security.max_failed_logins', 'security.max_failed_login_delay'],
    lines: ['security.max_failed_logins = 1', 'security.max_failed_login_delay = 1h'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const login = { roles: ALL_ROLES, ...byTicket('alice', '').details };
      const guesser = await connect(urls);
      await hello(guesser, 'realm1', login);
      guesser.send([MESSAGE.AUTHENTICATE, 'wrong', {}]);
      // The login has been judged when the router has read a later message.
      await untilAnswered(await join(urls));
      return outcome(await hello(await connect(urls), 'realm1', login));
    },
  },
];
