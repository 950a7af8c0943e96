import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LISTENER_KEYS } from '../../../src/config/schema/listener.js';
import { SECURITY_KEYS } from '../../../src/config/schema/security.js';
import { WAMP_KEYS } from '../../../src/config/schema/wamp.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startGateway } from '../../support/gateway.js';
import { byTicket } from '../../support/logins.js';
import { connectOctets } from '../../support/octet-client.js';
import { ALL_ROLES, connectRaw, hello, type RawClient } from '../../support/raw-client.js';

const ANY = expect.anything();
const TOO_MANY = 'bondy.error.too_many_requests';
const VIOLATION = 'wamp.error.protocol_violation';

const closeLater = closeAfterEach();

const USERS = ['alice', 'decider'].map((name) => ({ username: name, password: name, groups: [] }));
const GRANTS = [{ roles: ['decider'], permissions: ['wamp.register'], uri: '', match: 'prefix' }];
/** In `decided` an authorizer decides. */
const REALMS = [
  { uri: 'realm1', authmethods: ['anonymous', 'ticket'], users: USERS },
  { uri: 'decided', authmethods: ['anonymous', 'ticket'], users: USERS, grants: GRANTS },
];

/** A gateway without services, with both transports on one port. Returns its URLs. */
async function start(lines: readonly string[]): Promise<{ readonly ws: string; readonly rs: string }> {
  const conf = [
    'security.config_file = security.json',
    'security.realms.decided.authorizer = com.decide',
    'listeners.test.protocol = universal',
    ...lines,
  ];
  const gateway = await startGateway(conf.join('\n'), { readFile: () => JSON.stringify(REALMS) });
  closeLater(() => gateway.stop(0));
  const [ws = '', rs = ''] = gateway.endpoints;
  return { ws, rs };
}

type Urls = Awaited<ReturnType<typeof start>>;

async function connect({ ws }: Urls): Promise<Awaited<ReturnType<typeof connectRaw>>> {
  const client = await connectRaw(ws);
  closeLater(() => client.ws.terminate());
  return client;
}

async function join(urls: Urls, realm = 'realm1') {
  const client = await connect(urls);
  expect((await hello(client, realm))[0]).toBe(MESSAGE.WELCOME);
  return client;
}

/** The URI of an ERROR or ABORT, else `ok`. */
const outcome = ([type, ...rest]: readonly unknown[]): unknown =>
  type === MESSAGE.ERROR ? rest[3] : type === MESSAGE.ABORT ? rest[1] : 'ok';

async function ask(client: RawClient, ...message: unknown[]): Promise<unknown> {
  client.send(message);
  return outcome(await client.next());
}

/** IDs of all registrations or subscriptions, from the meta API. */
async function entries(client: RawClient, what: string): Promise<readonly unknown[]> {
  client.send([MESSAGE.CALL, 998, {}, `wamp.${what}.list`]);
  const [, , , [lists]] = (await client.next()) as [number, number, object, [Record<string, number[]>]];
  return Object.values(lists).flat();
}

/** The messages that arrive before the response to a last request. */
async function untilAnswered(client: RawClient): Promise<readonly (readonly unknown[])[]> {
  client.send([MESSAGE.CALL, 999, {}, 'com.none']);
  const came: (readonly unknown[])[] = [];
  for (;;) {
    const message = await client.next();
    if (message[0] === MESSAGE.ERROR && message[2] === 999) return came;
    came.push(message);
  }
}

/** Registers a procedure that never responds. */
async function slowProcedure(urls: Urls): Promise<void> {
  expect(await ask(await join(urls), MESSAGE.REGISTER, 1, {}, 'com.slow')).toBe('ok');
}

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

async function retains(urls: Urls): Promise<number> {
  const [publisher, subscriber] = [await join(urls), await join(urls)];
  for (const [request, topic] of [
    [1, 'com.a'],
    [2, 'com.b'],
  ]) {
    const options = { retain: true, acknowledge: true };
    expect(await ask(publisher, MESSAGE.PUBLISH, request, options, topic, ['x'.repeat(600)])).toBe('ok');
  }
  await ask(subscriber, MESSAGE.SUBSCRIBE, 1, { match: 'prefix', get_retained: true }, 'com.');
  return (await untilAnswered(subscriber)).length;
}

/** How many of three subscriptions are listed. */
async function lists(urls: Urls): Promise<number> {
  const client = await join(urls);
  for (const topic of ['com.a', 'com.b', 'com.c']) await ask(client, MESSAGE.SUBSCRIBE, 1, {}, topic);
  client.send([MESSAGE.CALL, 2, {}, 'wamp.subscription.list']);
  const [, , , [{ exact }]] = (await client.next()) as [number, number, object, [{ exact: number[] }]];
  return exact.length;
}

/** 25 MB of events for a client that does not read: more than the system buffers. */
async function floods(urls: Urls): Promise<'cut' | 'ok'> {
  const [reader, publisher] = [await join(urls), await join(urls)];
  await ask(reader, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
  reader.ws.pause();
  const block = 'x'.repeat(100_000);
  for (let request = 1; request <= 250; request++)
    expect(await ask(publisher, MESSAGE.PUBLISH, request, { acknowledge: true }, 'com.t', [block])).toBe(
      'ok',
    );
  publisher.send([MESSAGE.CALL, 251, {}, 'wamp.session.count']);
  const [, , , [count]] = (await publisher.next()) as [number, number, object, [number]];
  return count === 1 ? 'cut' : 'ok';
}

/** Three messages, while the authorizer has not decided about the first. */
async function waits(urls: Urls, size: number): Promise<unknown> {
  const decider = await connect(urls);
  await hello(decider, 'decided', { roles: ALL_ROLES, ...byTicket('decider', '').details });
  expect(await ask(decider, MESSAGE.AUTHENTICATE, 'decider', {})).toBe('ok');
  expect(await ask(decider, MESSAGE.REGISTER, 1, {}, 'com.decide')).toBe('ok');
  const client = await join(urls, 'decided');
  for (const request of [1, 2, 3])
    client.send([MESSAGE.PUBLISH, request, { acknowledge: true }, 'com.t', ['x'.repeat(size)]]);
  // The pong shows that the router has read all three.
  client.ws.ping();
  const early = await Promise.race([client.next(), once(client.ws, 'pong').then(() => undefined)]);
  if (early !== undefined) return outcome(early);
  for (let times = 0; times < 3; times++)
    decider.send([MESSAGE.YIELD, (await decider.next())[1], {}, [true]]);
  return 'ok';
}

interface Case {
  readonly keys: readonly string[];
  readonly lines: readonly string[];
  /**
   * The outcome beyond the limit, and of the same actions without it. No case waits for time to
   * pass.
   */
  readonly limited: unknown;
  readonly otherwise?: unknown;
  readonly exceed: (urls: Urls) => Promise<unknown>;
}

const CASES: readonly Case[] = [
  {
    keys: ['wamp.max_registrations'],
    lines: ['wamp.max_registrations = 2'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const client = await join(urls);
      for (const request of [1, 2])
        expect(await ask(client, MESSAGE.REGISTER, request, {}, `com.p${request}`)).toBe('ok');
      return ask(client, MESSAGE.REGISTER, 3, {}, 'com.p3');
    },
  },
  {
    keys: ['wamp.max_subscriptions'],
    lines: ['wamp.max_subscriptions = 2'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const client = await join(urls);
      // A second subscription to the same topic does not count.
      for (const [request, topic] of [
        [1, 'com.a'],
        [2, 'com.b'],
        [3, 'com.b'],
      ])
        expect(await ask(client, MESSAGE.SUBSCRIBE, request, {}, topic)).toBe('ok');
      return ask(client, MESSAGE.SUBSCRIBE, 4, {}, 'com.c');
    },
  },
  ...(
    [
      ['registration', MESSAGE.REGISTER],
      ['subscription', MESSAGE.SUBSCRIBE],
    ] as const
  ).flatMap(([what, type]): Case[] => [
    {
      keys: [`wamp.max_${what}_bytes`],
      lines: [`wamp.max_${what}_bytes = 2KB`],
      limited: TOO_MANY,
      otherwise: 'ok',
      async exceed(urls) {
        const client = await join(urls);
        expect(await ask(client, type, 1, {}, `com.${'a'.repeat(1200)}`)).toBe('ok');
        // An entry that was removed does not count any more.
        expect(await ask(client, type + 2, 2, (await entries(client, what))[0])).toBe('ok');
        expect(await ask(client, type, 3, {}, `com.${'a'.repeat(1200)}`)).toBe('ok');
        return ask(client, type, 4, {}, 'com.b');
      },
    },
    {
      keys: [`wamp.max_${what}s_per_realm`],
      lines: [`wamp.max_${what}s_per_realm = 2`],
      limited: TOO_MANY,
      otherwise: 'ok',
      async exceed(urls) {
        for (const topic of ['com.a', 'com.b'])
          expect(await ask(await join(urls), type, 1, {}, topic)).toBe('ok');
        return ask(await join(urls), type, 1, {}, 'com.c');
      },
    },
    {
      keys: [`wamp.max_${what}_bytes_per_realm`],
      lines: [`wamp.max_${what}_bytes_per_realm = 3KB`],
      limited: TOO_MANY,
      otherwise: 'ok',
      async exceed(urls) {
        const options = { match: 'prefix', ...(type === MESSAGE.REGISTER && { invoke: 'random' }) };
        const uri = `com.${'a'.repeat(2000)}`;
        const first = await join(urls);
        expect(await ask(first, type, 1, options, uri)).toBe('ok');
        const second = await join(urls);
        expect(await ask(second, type, 1, options, uri)).toBe('ok');
        // It counted for the first session; from now on it counts for the session that still has
        // it.
        first.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
        await first.next();
        return ask(await join(urls), type, 1, {}, `com.${'b'.repeat(1000)}`);
      },
    },
  ]),
  {
    keys: ['wamp.max_wildcard_shapes'],
    lines: ['wamp.max_wildcard_shapes = 2'],
    limited: ['ok', 'ok', 'ok', TOO_MANY, 'ok', 'ok', 'ok', TOO_MANY],
    otherwise: ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok'],
    async exceed(urls) {
      const client = await join(urls);
      const outcomes: unknown[] = [];
      for (const type of [MESSAGE.SUBSCRIBE, MESSAGE.REGISTER])
        for (const uri of ['com..a', 'com..b', '.b.c', '..b.c'])
          outcomes.push(await ask(client, type, outcomes.length + 1, { match: 'wildcard' }, uri));
      return outcomes;
    },
  },
  {
    keys: ['wamp.max_pending_calls'],
    lines: ['wamp.max_pending_calls = 2'],
    limited: [[MESSAGE.ERROR, MESSAGE.CALL, 3, {}, TOO_MANY, ANY]],
    otherwise: [],
    async exceed(urls) {
      await slowProcedure(urls);
      const client = await join(urls);
      for (const request of [1, 2]) client.send([MESSAGE.CALL, request, {}, 'com.slow']);
      client.send([MESSAGE.CALL, 3, {}, 'com.slow']);
      // The question to the authorizer is one more call.
      client.send([MESSAGE.PUBLISH, 4, { acknowledge: true }, 'com.t']);
      const came: (readonly unknown[])[] = [];
      for (let next = await client.next(); next[0] !== MESSAGE.PUBLISHED; next = await client.next())
        came.push(next);
      return came;
    },
  },
  ...[
    ['wamp.max_pending_calls_per_realm', '2'],
    ['wamp.max_pending_call_bytes_per_realm', '3KB'],
  ].map(
    ([key, most]): Case => ({
      keys: [key as string],
      lines: [`${key} = ${most}`],
      limited: [
        [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, TOO_MANY, [expect.stringContaining(key as string)]],
        'ok',
      ],
      otherwise: [undefined, 'ok'],
      async exceed(urls) {
        const callee = await join(urls);
        expect(await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.slow')).toBe('ok');
        const callers = [await join(urls), await join(urls), await join(urls), await join(urls)] as const;
        const invocations: unknown[] = [];
        for (const caller of callers.slice(0, 2)) {
          caller.send([MESSAGE.CALL, 1, { timeout: 3_600_000 }, 'com.slow']);
          invocations.push((await callee.next())[1]);
        }
        callers[2].send([MESSAGE.CALL, 1, { timeout: 3_600_000 }, 'com.slow']);
        const refused = (await untilAnswered(callers[2]))[0];
        // A call that got its response makes room, and so does a caller that has left.
        callee.send([MESSAGE.YIELD, invocations[0], {}]);
        await callers[0].next();
        callers[1].send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
        await callers[1].next();
        callers[3].send([MESSAGE.CALL, 1, {}, 'com.slow']);
        if (refused === undefined) await callee.next();
        return [refused, outcome(await callee.next())];
      },
    }),
  ),
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
    keys: ['wamp.max_retained_events'],
    lines: ['wamp.max_retained_events = 1'],
    limited: 1,
    otherwise: 2,
    exceed: retains,
  },
  {
    keys: ['wamp.max_retained_sent'],
    lines: ['wamp.max_retained_sent = 1'],
    limited: 1,
    otherwise: 2,
    exceed: retains,
  },
  {
    keys: ['wamp.max_list_length'],
    lines: ['wamp.max_list_length = 1'],
    limited: 1,
    otherwise: 3,
    exceed: lists,
  },
  {
    keys: ['wamp.max_retained_bytes'],
    lines: ['wamp.max_retained_bytes = 1500'],
    limited: 1,
    otherwise: 2,
    exceed: retains,
  },
  {
    keys: ['wamp.max_retained_bytes_per_session'],
    lines: ['wamp.max_retained_bytes_per_session = 1500'],
    limited: 1,
    otherwise: 2,
    exceed: retains,
  },
  {
    keys: ['wamp.max_testaments'],
    lines: ['wamp.max_testaments = 1'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const client = await join(urls);
      expect(await ask(client, MESSAGE.CALL, 1, {}, 'wamp.session.add_testament', ['com.t', [], {}])).toBe(
        'ok',
      );
      return ask(client, MESSAGE.CALL, 2, {}, 'wamp.session.add_testament', ['com.t', [], {}]);
    },
  },
  {
    keys: ['wamp.max_testament_bytes'],
    lines: ['wamp.max_testament_bytes = 1KB'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const testament = ['com.t', ['x'.repeat(2000)], {}];
      return ask(await join(urls), MESSAGE.CALL, 1, {}, 'wamp.session.add_testament', testament);
    },
  },
  ...[
    ['wamp.max_testaments_per_realm', '1'],
    ['wamp.max_testament_bytes_per_realm', '3KB'],
  ].map(
    ([key, most]): Case => ({
      keys: [key as string],
      lines: [`${key} = ${most}`],
      limited: [TOO_MANY, 'ok'],
      otherwise: ['ok', 'ok'],
      async exceed(urls) {
        const [first, second] = [await join(urls), await join(urls)];
        const leave = (client: RawClient, request: number) =>
          ask(client, MESSAGE.CALL, request, {}, 'wamp.session.add_testament', [
            'com.t',
            ['x'.repeat(1500)],
            {},
          ]);
        expect(await leave(first, 1)).toBe('ok');
        const outcome = await leave(second, 1);
        expect(await ask(first, MESSAGE.CALL, 2, {}, 'wamp.session.flush_testaments')).toBe('ok');
        return [outcome, await leave(second, 2)];
      },
    }),
  ),
  {
    keys: ['wamp.max_nesting'],
    lines: ['wamp.max_nesting = 8'],
    limited: VIOLATION,
    otherwise: 'wamp.error.no_such_procedure',
    exceed: async (urls) => ask(await join(urls), MESSAGE.CALL, 1, {}, 'com.none', [[[[[[[[[]]]]]]]]]),
  },
  {
    keys: ['wamp.max_values'],
    lines: ['wamp.max_values = 1000'],
    limited: VIOLATION,
    otherwise: 'wamp.error.no_such_procedure',
    exceed: async (urls) => ask(await join(urls), MESSAGE.CALL, 1, {}, 'com.none', Array(1000).fill(1)),
  },
  {
    keys: ['wamp.max_message_size'],
    lines: ['wamp.max_message_size = 1KB'],
    limited: 'closed with 1009',
    otherwise: 'wamp.error.no_such_procedure',
    async exceed(urls) {
      const client = await join(urls);
      const closed = client.closed.then((code) => `closed with ${code}`);
      return Promise.race([
        ask(client, MESSAGE.CALL, 1, {}, 'com.none', ['x'.repeat(2000)]).catch(() => closed),
        closed,
      ]);
    },
  },
  {
    keys: ['wamp.max_join_size'],
    lines: ['wamp.max_join_size = 1KB'],
    limited: VIOLATION,
    otherwise: 'ok',
    async exceed(urls) {
      const client = await connect(urls);
      const details = { roles: ALL_ROLES, authextra: { note: 'x'.repeat(20_000) } };
      return outcome(await hello(client, 'realm1', details));
    },
  },
  {
    keys: ['wamp.call_timeout'],
    lines: ['wamp.call_timeout = 50ms'],
    limited: 'wamp.error.timeout',
    async exceed(urls) {
      await slowProcedure(urls);
      return ask(await join(urls), MESSAGE.CALL, 1, {}, 'com.slow');
    },
  },
  {
    keys: ['wamp.max_call_timeout'],
    lines: ['wamp.max_call_timeout = 50ms'],
    limited: 'wamp.error.timeout',
    async exceed(urls) {
      await slowProcedure(urls);
      return ask(await join(urls), MESSAGE.CALL, 1, { timeout: 3_600_000 }, 'com.slow');
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
    async exceed({ rs }) {
      const client = await connectOctets(rs);
      closeLater(client.close);
      client.write(Buffer.from([0x7f, 0xf1, 0, 0]));
      await client.read(4);
      return client.closed.then(() => 'closed');
    },
  },
  {
    keys: ['wamp.max_send_buffer'],
    lines: ['wamp.max_send_buffer = 1MB'],
    limited: 'cut',
    otherwise: 'ok',
    exceed: floods,
  },
  {
    keys: ['wamp.max_send_buffer_total'],
    lines: ['wamp.max_send_buffer_total = 1MB'],
    limited: 'cut',
    otherwise: 'ok',
    exceed: floods,
  },
  {
    keys: ['wamp.max_send_queue'],
    lines: ['wamp.max_send_queue = 100'],
    limited: 'cut',
    otherwise: 'ok',
    exceed: floods,
  },
  {
    keys: ['wamp.max_waiting_messages'],
    lines: ['wamp.max_waiting_messages = 1'],
    limited: TOO_MANY,
    otherwise: 'ok',
    exceed: (urls) => waits(urls, 1),
  },
  {
    keys: ['wamp.max_waiting_bytes'],
    lines: ['wamp.max_waiting_bytes = 1KB'],
    limited: TOO_MANY,
    otherwise: 'ok',
    exceed: (urls) => waits(urls, 2000),
  },
  {
    keys: ['wamp.max_waiting_messages_per_realm'],
    lines: ['wamp.max_waiting_messages_per_realm = 1'],
    limited: TOO_MANY,
    otherwise: 'ok',
    exceed: (urls) => waits(urls, 1),
  },
  {
    keys: ['wamp.max_waiting_bytes_per_realm'],
    lines: ['wamp.max_waiting_bytes_per_realm = 1KB'],
    limited: TOO_MANY,
    otherwise: 'ok',
    exceed: (urls) => waits(urls, 2000),
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

describe('the limits of the configuration', () => {
  it.each(CASES.map((one) => [one.keys.join(', '), one] as const))(
    '%s',
    async (_keys, { lines, limited, otherwise, exceed }) => {
      expect(await exceed(await start(lines))).toEqual(limited);
      if (otherwise !== undefined) expect(await exceed(await start([]))).toEqual(otherwise);
    },
  );

  it('are all tested: each key is in a case', () => {
    const known = [
      ...Object.keys(WAMP_KEYS).map((key) => `wamp.${key}`),
      ...Object.keys(LISTENER_KEYS).map((key) => `listeners.test.${key}`),
      ...Object.keys(SECURITY_KEYS).map((key) => `security.${key}`),
    ];
    const limits = known.filter((key) => /\.(?:max_|.*_timeout$|ping_)/.test(key));
    expect(limits.length).toBeGreaterThan(20);
    expect(CASES.flatMap(({ keys }) => keys).sort()).toEqual(limits.sort());
  });
});
