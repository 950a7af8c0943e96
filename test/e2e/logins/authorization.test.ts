import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { answerCalls } from '../../support/answer-calls.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import type { RunningGateway } from '../../support/gateway.js';
import { byTicket, logIn } from '../../support/logins.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';

const REALM = 'com.example.myrealm';
const NOT_AUTHORIZED = 'wamp.error.not_authorized';

const closeLater = closeAfterEach();

const USERS = [
  { username: 'alice', password: 'alice', groups: ['admins'] },
  { username: 'bob', password: 'bob', groups: ['staff'] },
  { username: 'carol', password: 'carol' },
  { username: 'decider', password: 'decider' },
];
const GROUPS = [{ name: 'admins', groups: ['staff'] }, { name: 'staff' }];

async function start(realm: object, lines: readonly string[] = []): Promise<RunningGateway> {
  const gateway = await startSecuredGateway([{ uri: REALM, users: USERS, groups: GROUPS, ...realm }], {
    lines,
  });
  closeLater(() => gateway.stop(0));
  return gateway;
}

/** A client that has joined, as a user whose password is the name, or anonymously. */
async function join({ url }: RunningGateway, name?: string): Promise<RawClient> {
  const client = closeLater(await connectRaw(url));
  const answer = await (name === undefined
    ? hello(client, REALM)
    : logIn(client, REALM, byTicket(name, name)));
  expect(answer[0]).toBe(MESSAGE.WELCOME);
  return client;
}

/** The result of a request: `ok`, or the URI of its error. */
async function ask(client: RawClient, ...message: unknown[]): Promise<unknown> {
  client.send(message);
  const answer = await client.next();
  return answer[0] === MESSAGE.ERROR ? answer[4] : 'ok';
}

const grant = (roles: unknown, permissions: readonly string[], uri: string, match = 'exact') => ({
  roles,
  permissions: permissions.map((permission) => `wamp.${permission}`),
  uri,
  match,
});

describe('the grants of a realm', () => {
  it('apply to the name of a session, its groups, the groups of these, and to all', async () => {
    const gateway = await start({
      grants: [
        grant(['admins'], ['subscribe'], 'com.admins'),
        grant(['staff'], ['subscribe'], 'com.staff'),
        grant(['carol', 'bob'], ['subscribe'], 'com.named'),
        grant('all', ['subscribe'], 'com.all'),
        grant(['anonymous'], ['subscribe'], 'com.anonymous'),
      ],
    });
    const topics = ['com.admins', 'com.staff', 'com.named', 'com.all', 'com.anonymous', 'com.none'];
    const allowed: Record<string, string[]> = {};
    for (const name of ['alice', 'bob', 'carol', undefined]) {
      const client = await join(gateway, name);
      const mine: string[] = [];
      for (const [index, topic] of topics.entries()) {
        const outcome = await ask(client, MESSAGE.SUBSCRIBE, index + 1, {}, topic);
        if (outcome === 'ok') mine.push(topic);
        else expect(outcome).toBe(NOT_AUTHORIZED);
      }
      allowed[name ?? 'anonymous'] = mine;
    }
    expect(allowed).toEqual({
      alice: ['com.admins', 'com.staff', 'com.all'],
      bob: ['com.staff', 'com.named', 'com.all'],
      carol: ['com.named', 'com.all'],
      anonymous: ['com.all', 'com.anonymous'],
    });
  });

  it.each([
    ['call', [MESSAGE.CALL, 9, {}, 'com.p']],
    ['register', [MESSAGE.REGISTER, 9, {}, 'com.other']],
    ['subscribe', [MESSAGE.SUBSCRIBE, 9, {}, 'com.t']],
    ['publish', [MESSAGE.PUBLISH, 9, { acknowledge: true }, 'com.t']],
  ])('apply to one action each: %s', async (permission, message) => {
    for (const permissions of [
      [permission],
      ['call', 'register', 'subscribe', 'publish'].filter((one) => one !== permission),
    ]) {
      const gateway = await start({
        grants: [grant('all', permissions, 'com.', 'prefix'), grant(['decider'], ['register'], '', 'prefix')],
      });
      const callee = await join(gateway, 'decider');
      expect(await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.p')).toBe('ok');
      const client = await join(gateway, 'carol');
      if (permissions.length > 1) {
        expect(await ask(client, ...message)).toBe(NOT_AUTHORIZED);
      } else if (permission === 'call') {
        client.send(message);
        const invocation = await callee.next();
        callee.send([MESSAGE.YIELD, invocation[1], {}]);
        expect((await client.next())[0]).toBe(MESSAGE.RESULT);
      } else {
        expect(await ask(client, ...message)).toBe('ok');
      }
    }
  });

  it('allow a session to undo what they allow it to do, and no more', async () => {
    const gateway = await start({
      grants: [
        grant(['alice'], ['register', 'unregister', 'subscribe', 'unsubscribe'], 'com.', 'prefix'),
        grant(['bob'], ['register', 'subscribe'], 'com.', 'prefix'),
      ],
    });
    for (const [name, outcome] of [
      ['alice', 'ok'],
      ['bob', NOT_AUTHORIZED],
    ] as const) {
      const client = await join(gateway, name);
      client.send([MESSAGE.REGISTER, 1, {}, `com.${name}`]);
      const [, , registration] = await client.next();
      client.send([MESSAGE.SUBSCRIBE, 2, {}, 'com.t']);
      const [, , subscription] = await client.next();
      expect(await ask(client, MESSAGE.UNREGISTER, 3, registration)).toBe(outcome);
      expect(await ask(client, MESSAGE.UNSUBSCRIBE, 4, subscription)).toBe(outcome);
    }
  });

  it('allow a pattern if they allow everything that it matches', async () => {
    const gateway = await start({
      grants: [
        grant(['carol'], ['register', 'subscribe'], 'com.app.', 'prefix'),
        grant(['carol'], ['register', 'subscribe'], 'org..done', 'wildcard'),
        grant(['carol'], ['register', 'subscribe'], 'net.exact'),
      ],
    });
    const client = await join(gateway, 'carol');
    const cases: readonly [string, string, unknown][] = [
      ['com.app.x', 'exact', 'ok'],
      ['com.app.y.', 'prefix', 'ok'],
      ['com.app..z', 'wildcard', 'ok'],
      ['com.app', 'prefix', NOT_AUTHORIZED],
      ['com..x', 'wildcard', NOT_AUTHORIZED],
      ['org.x.done', 'exact', 'ok'],
      ['org..done', 'wildcard', 'ok'],
      ['org.x', 'prefix', NOT_AUTHORIZED],
      ['org..', 'wildcard', NOT_AUTHORIZED],
      ['net.exact', 'exact', 'ok'],
      ['net.exact', 'prefix', NOT_AUTHORIZED],
      ['', 'prefix', NOT_AUTHORIZED],
    ];
    let request = 0;
    for (const [uri, match, outcome] of cases) {
      for (const type of [MESSAGE.REGISTER, MESSAGE.SUBSCRIBE]) {
        request += 1;
        expect([uri, match, await ask(client, type, request, { match }, uri)]).toEqual([uri, match, outcome]);
      }
    }
  });

  it('drop a refused PUBLISH without an ERROR if it did not ask for an acknowledgement', async () => {
    const gateway = await start({
      grants: [grant('all', ['subscribe'], 'com.t'), grant(['alice'], ['publish'], 'com.t')],
    });
    const [subscriber, alice, bob] = [
      await join(gateway, 'carol'),
      await join(gateway, 'alice'),
      await join(gateway, 'bob'),
    ];
    expect(await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.t')).toBe('ok');
    bob.send([MESSAGE.PUBLISH, 1, {}, 'com.t', ['from bob']]);
    // Bob's next response belongs to his next request, and the next event is Alice's.
    expect(await ask(bob, MESSAGE.PUBLISH, 2, { acknowledge: true }, 'com.t')).toBe(NOT_AUTHORIZED);
    alice.send([MESSAGE.PUBLISH, 1, {}, 'com.t', ['from alice']]);
    const event = await subscriber.next();
    expect([event[0], event[4], subscriber.unread]).toEqual([MESSAGE.EVENT, ['from alice'], 0]);
  });

  it('apply to the procedures of the gateway', async () => {
    const upstream = closeLater(await startRecordingUpstream(() => ({ json: { ok: true } })));
    const gateway = await start(
      { grants: [grant(['staff'], ['call'], 'com.billing.', 'prefix')] },
      billingConf(upstream.url).split('\n'),
    );
    const call = [MESSAGE.CALL, 1, {}, 'com.billing.get_invoice', [], { id: 'INV-001' }];
    expect(await ask(await join(gateway, 'carol'), ...call)).toBe(NOT_AUTHORIZED);
    expect(upstream.requests).toEqual([]);
    expect(await ask(await join(gateway, 'bob'), ...call)).toBe('ok');
    expect(upstream.requests.length).toBe(1);
  });

  it.each([
    ['a realm declares none', {}],
    ['a realm disables security', { security_enabled: false, grants: [] }],
  ])('do not apply if %s', async (_what, realm) => {
    const client = await join(await start(realm));
    expect(await ask(client, MESSAGE.REGISTER, 1, {}, 'com.p')).toBe('ok');
    expect(await ask(client, MESSAGE.SUBSCRIBE, 2, { match: 'prefix' }, '')).toBe('ok');
  });
});

describe('an authorizer', () => {
  const PROCEDURE = 'com.example.authorize';
  const LINES = [`security.realms.${REALM}.authorizer = ${PROCEDURE}`];
  const GRANTS = [grant(['decider'], ['register'], PROCEDURE)];

  type Decide = (args: readonly unknown[]) => unknown;

  async function startDeciding(decide: Decide) {
    const gateway = await start({ grants: GRANTS }, LINES);
    const decider = await join(gateway, 'decider');
    expect(await ask(decider, MESSAGE.REGISTER, 1, {}, PROCEDURE)).toBe('ok');
    const asked: (readonly unknown[])[] = [];
    answerCalls(decider, (args) => {
      asked.push(args);
      return { result: decide(args) };
    });
    return { gateway, asked };
  }

  it('decides what no grant allows', async () => {
    const { gateway, asked } = await startDeciding(([, uri]) => uri === 'com.yes');
    const carol = await join(gateway, 'carol');
    expect(await ask(carol, MESSAGE.SUBSCRIBE, 1, {}, 'com.yes')).toBe('ok');
    expect(await ask(carol, MESSAGE.SUBSCRIBE, 2, { match: 'prefix' }, 'com.no')).toBe(NOT_AUTHORIZED);
    expect(asked).toEqual([
      [
        expect.objectContaining({ authid: 'carol', authrole: 'all', realm: REALM }),
        'com.yes',
        'subscribe',
        { match: 'exact' },
      ],
      [expect.objectContaining({ authid: 'carol' }), 'com.no', 'subscribe', { match: 'prefix' }],
    ]);
  });

  it('is not asked again if it allows the router to cache its decision', async () => {
    const { gateway, asked } = await startDeciding(() => ({ allow: true, cache: true }));
    const carol = await join(gateway, 'carol');
    for (let i = 1; i <= 5; i += 1) {
      expect(await ask(carol, MESSAGE.PUBLISH, i, { acknowledge: true }, 'com.t')).toBe('ok');
    }
    expect(asked.length).toBe(1);
  });

  it('keeps the order of the requests of a session', async () => {
    const { gateway } = await startDeciding(() => true);
    const [carol, bob] = [await join(gateway, 'carol'), await join(gateway, 'bob')];
    expect(await ask(bob, MESSAGE.SUBSCRIBE, 1, {}, 'com.t')).toBe('ok');
    for (let i = 1; i <= 50; i += 1) carol.send([MESSAGE.PUBLISH, i, {}, 'com.t', [i]]);
    const events: unknown[] = [];
    for (let i = 1; i <= 50; i += 1) events.push((await bob.next())[4]);
    expect(events).toEqual(Array.from({ length: 50 }, (_, index) => [index + 1]));
  });

  it.each([
    ['does not exist', undefined],
    ['returns an invalid result', () => 'yes'],
  ])('allows nothing if it %s', async (_what, decide) => {
    const gateway =
      decide === undefined ? await start({ grants: GRANTS }, LINES) : (await startDeciding(decide)).gateway;
    const carol = await join(gateway, 'carol');
    expect(await ask(carol, MESSAGE.SUBSCRIBE, 1, {}, 'com.t')).toBe('wamp.error.authorization_failed');
  });
});
