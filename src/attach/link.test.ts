import { describe, expect, it } from 'vitest';
import {
  createScriptedRouter,
  friendlyReplies,
  procedure,
  type ScriptedRouter,
} from '../../test/support/scripted-router.js';
import { DialError } from '../transport/dial-options.js';
import type { Invocation, InvocationOutcome } from '../wamp/client/invocations.js';
import { MESSAGE, type Message } from '../wamp/messages.js';

const ABORT: Message = {
  type: MESSAGE.ABORT,
  details: { message: 'no' },
  reason: 'wamp.error.no_such_realm',
};
const GOODBYE: Message = { type: MESSAGE.GOODBYE, details: {}, reason: 'wamp.close.system_shutdown' };

async function started(router: ScriptedRouter): Promise<ScriptedRouter> {
  router.link.start();
  await router.settle();
  return router;
}

const stateOf = ({ link }: ScriptedRouter) => link.status().state;
const lastOf = (router: ScriptedRouter) => router.ends[router.ends.length - 1] as ScriptedRouter['ends'][0];
const typesOf = (router: ScriptedRouter) => lastOf(router).received.map(({ type }) => type);
const warnings = ({ log }: ScriptedRouter) => log.records().filter(({ level }) => level === 'warn');

describe('a link to a friendly router', () => {
  it('connects, joins and registers every procedure', async () => {
    const router = await started(
      createScriptedRouter({ procedures: ['com.a', 'com.b'].map((uri) => procedure(uri)) }),
    );
    expect(stateOf(router)).toBe('serving');
    expect(typesOf(router)).toEqual([MESSAGE.HELLO, MESSAGE.REGISTER, MESSAGE.REGISTER]);
    expect(router.link.status()).toMatchObject({
      realm: 'realm1',
      router: 'ws://one/ws',
      procedures: [
        { uri: 'com.a', kind: 'registered' },
        { uri: 'com.b', kind: 'registered' },
      ],
    });
  });

  it('announces the features of a callee, and offers one authmethod', async () => {
    const credentials = () => ({
      authid: 'gw',
      logins: [{ method: 'ticket', respond: () => ({ signature: '' }) }],
    });
    const router = await started(createScriptedRouter({ credentials }));
    const [hello] = lastOf(router).received;
    expect(hello).toMatchObject({
      realm: 'realm1',
      details: { agent: 'gateway/1', authid: 'gw', authmethods: ['ticket'] },
    });
    const roles = hello?.type === MESSAGE.HELLO ? hello.details['roles'] : undefined;
    expect(roles).toEqual({
      caller: {},
      callee: {
        features: {
          call_canceling: true,
          call_timeout: true,
          caller_identification: true,
          progressive_call_results: true,
          shared_registration: true,
          registration_revocation: true,
          call_reroute: true,
        },
      },
    });
  });

  it('passes on how calls are shared, and asks for the caller only where it is needed', async () => {
    const procedures = [
      procedure('com.a', { policy: 'random', concurrency: 7 }),
      procedure('com.b', { usesCaller: true }),
    ];
    const router = await started(createScriptedRouter({ procedures }));
    expect(lastOf(router).received.slice(1)).toMatchObject([
      { procedure: 'com.a', options: { invoke: 'random', concurrency: 7, forward_timeout: true } },
      { procedure: 'com.b', options: { invoke: 'roundrobin', disclose_caller: true } },
    ]);
    expect(lastOf(router).received[1]).not.toHaveProperty('options.disclose_caller');
    expect(lastOf(router).received[2]).not.toHaveProperty('options.concurrency');
    // Crossbar.io would remove every other gateway.
    expect(JSON.stringify(lastOf(router).received)).not.toContain('force_reregister');
  });
});

describe('a link whose router is away', () => {
  it('tries the first time at once, and then after random waits that grow', async () => {
    const router = createScriptedRouter();
    router.refuse = () => {
      throw new DialError('cannot connect', undefined, {
        cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }),
      });
    };
    await started(router);
    expect([router.dialled.length, stateOf(router)]).toEqual([1, 'waiting']);
    for (const [wait, attempts] of [
      [499, 1],
      [1, 2],
      [999, 2],
      [1, 3],
      [2000, 4],
    ] as const) {
      await router.advance(wait);
      expect(router.dialled).toHaveLength(attempts);
    }
    expect(warnings(router)).toMatchObject([
      {
        realm: 'realm1',
        router: 'ws://one/ws',
        cause: 'cannot connect',
        advice: 'start the router, or correct router.url',
      },
    ]);
  });

  it('attaches when the router comes, and logs that once', async () => {
    const router = createScriptedRouter();
    router.refuse = () => {
      throw new Error('cannot connect');
    };
    await started(router);
    router.refuse = () => {};
    await router.advance(500);
    expect(stateOf(router)).toBe('serving');
    expect(router.log.records().filter(({ level }) => level === 'info')).toMatchObject([
      { registered: 1, refused: 0, after_ms: 500, msg: 'the gateway is attached to the router' },
    ]);
  });

  it.each([401, 403, 404])(
    'waits long after HTTP %i, because somebody has to change something',
    async (status) => {
      const router = createScriptedRouter();
      router.refuse = () => {
        throw new DialError('the server answered', status, {});
      };
      await started(router);
      await router.advance(22_499);
      expect(router.dialled).toHaveLength(1);
      await router.advance(1);
      expect(router.dialled).toHaveLength(2);
    },
  );

  it('tries the next URL at once', async () => {
    const router = createScriptedRouter({ urls: ['ws://one/ws', 'ws://two/ws'] });
    router.refuse = (url) => {
      if (url === 'ws://one/ws') throw new Error('cannot connect');
    };
    await started(router);
    await router.advance(0);
    expect([router.dialled, stateOf(router), router.link.router]).toEqual([
      ['ws://one/ws', 'ws://two/ws'],
      'serving',
      'ws://two/ws',
    ]);
  });

  it('names no credentials of a URL', async () => {
    const router = createScriptedRouter({ urls: ['ws://u:hunter2@one/ws?token=hunter2'] });
    router.refuse = () => {
      throw new Error('cannot connect');
    };
    await started(router);
    expect(router.log.text() + JSON.stringify(router.link.status())).not.toContain('hunter2');
  });
});

describe('a link whose router does not welcome it', () => {
  it('logs the words of an ABORT without the secret of the login, up to 500 characters', async () => {
    const router = createScriptedRouter();
    const message = `ticket hunter2 is wrong ${'x'.repeat(10_000)}`;
    router.script = ({ type }) => (type === MESSAGE.HELLO ? [{ ...ABORT, details: { message } }] : undefined);
    await started(router);
    const cause = String(warnings(router)[0]?.['cause']);
    expect(cause).toMatch(/^wamp\.error\.no_such_realm: ticket \*\*\* is wrong x+…$/);
    expect(cause).toHaveLength(501);
  });

  it('waits long after ABORT, and tells what to do', async () => {
    const router = createScriptedRouter();
    router.script = ({ type }) => (type === MESSAGE.HELLO ? [ABORT] : undefined);
    await started(router);
    expect(warnings(router)).toMatchObject([
      {
        cause: 'wamp.error.no_such_realm: no',
        advice: 'create the realm realm1 on the router, or correct the key realm of the procedures',
      },
    ]);
    await router.advance(22_499);
    expect(router.dialled).toHaveLength(1);
    await router.advance(1);
    expect(router.dialled).toHaveLength(2);
  });

  it('gives up a router that does not answer HELLO in time', async () => {
    const router = createScriptedRouter();
    router.script = () => [];
    await started(router);
    await router.advance(9_999);
    expect([stateOf(router), lastOf(router).isClosed]).toEqual(['joining', false]);
    await router.advance(1);
    expect([stateOf(router), lastOf(router).isClosed]).toEqual(['waiting', true]);
  });
});

describe('a link that loses its session', () => {
  it.each([
    ['the connection closes', (router: ScriptedRouter) => lastOf(router).close(), 'the connection closed'],
    [
      'the router says GOODBYE',
      (router: ScriptedRouter) => lastOf(router).send(GOODBYE),
      'wamp.close.system_shutdown',
    ],
    [
      'the router says GOODBYE with a reason of its own',
      (router: ScriptedRouter) =>
        lastOf(router).send({ ...GOODBYE, details: { message: 'back soon' }, reason: 'com.a.maintenance' }),
      'com.a.maintenance: back soon',
    ],
  ])('joins again when %s', async (_, lose, cause) => {
    const router = await started(createScriptedRouter());
    lose(router);
    await router.settle();
    expect(stateOf(router)).toBe('waiting');
    await router.advance(500);
    expect([stateOf(router), router.ends.length]).toEqual(['serving', 2]);
    expect(warnings(router)).toMatchObject([{ cause }]);
  });

  it('tells silence from a closed connection', async () => {
    const router = await started(createScriptedRouter());
    lastOf(router).attempt.onSilent();
    lastOf(router).close();
    await router.settle();
    expect(warnings(router)).toMatchObject([
      { cause: 'the router was silent for router.ping_interval and router.ping_timeout' },
    ]);
  });

  it('does not try faster and faster when the router drops each session', async () => {
    const router = createScriptedRouter();
    router.script = (message) => (message.type === MESSAGE.REGISTER ? [GOODBYE] : undefined);
    await started(router);
    const times: number[] = [];
    for (let ms = 0; ms < 20_000; ms += 100) {
      const before = router.dialled.length;
      await router.advance(100);
      if (router.dialled.length > before) times.push(router.clock.monotonic());
    }
    expect(times).toEqual([500, 1500, 3500, 7500, 15_500]);
    expect(warnings(router)).toHaveLength(1);
  });

  it('counts attempts anew after a session of 60 seconds', async () => {
    const router = createScriptedRouter();
    let drops = 0;
    router.script = (message) => (message.type === MESSAGE.REGISTER && drops++ < 3 ? [GOODBYE] : undefined);
    await started(router);
    await router.advance(500);
    await router.advance(1000);
    await router.advance(2000);
    expect(stateOf(router)).toBe('serving');
    await router.advance(60_000);
    lastOf(router).close();
    await router.settle();
    await router.advance(500);
    expect(stateOf(router)).toBe('serving');
  });

  it('ignores what an earlier connection still sends', async () => {
    const router = await started(createScriptedRouter());
    const first = lastOf(router);
    first.close();
    await router.settle();
    await router.advance(500);
    first.send(GOODBYE);
    await router.settle();
    expect([stateOf(router), router.ends.length]).toEqual(['serving', 2]);
  });
});

describe('the ping over RawSocket', () => {
  it('is a CALL that any reply answers, one at a time', async () => {
    const router = await started(createScriptedRouter());
    const { attempt, received } = lastOf(router);
    const calls = () => received.filter(({ type }) => type === MESSAGE.CALL);
    attempt.ping();
    attempt.ping();
    expect(calls()).toMatchObject([{ procedure: 'wamp.session.count' }]);
    const [call] = calls();
    lastOf(router).send({
      type: MESSAGE.ERROR,
      requestType: MESSAGE.CALL,
      request: call?.type === MESSAGE.CALL ? call.request : 0,
      details: {},
      uri: 'wamp.error.not_authorized',
      payload: {},
    });
    await router.settle();
    attempt.ping();
    expect(calls()).toHaveLength(2);
  });
});

describe('a link that drains', () => {
  it('unregisters, serves what still comes, waits for running calls, and says GOODBYE', async () => {
    let end: ((outcome: InvocationOutcome) => void) | undefined;
    const handler = (_: Invocation) =>
      new Promise<InvocationOutcome>((resolve) => {
        end = resolve;
      });
    const router = createScriptedRouter({ procedures: [procedure('com.a', { handler })] });
    let registration = 0;
    router.script = (message) => {
      if (message.type === MESSAGE.UNREGISTER) return [];
      const replies = friendlyReplies(message);
      for (const reply of replies) if (reply.type === MESSAGE.REGISTERED) registration = reply.registration;
      return replies;
    };
    await started(router);
    let isDrained = false;
    const draining = router.link.drain().then(() => {
      isDrained = true;
    });
    expect(stateOf(router)).toBe('draining');
    const unregister = lastOf(router).received.find(({ type }) => type === MESSAGE.UNREGISTER);
    // The router has sent it before it read UNREGISTER.
    lastOf(router).send({ type: MESSAGE.INVOCATION, request: 5, registration, details: {}, payload: {} });
    lastOf(router).send({
      type: MESSAGE.UNREGISTERED,
      request: unregister?.type === MESSAGE.UNREGISTER ? unregister.request : 0,
    });
    await router.settle();
    expect(isDrained).toBe(false);
    end?.({ kind: 'result', payload: { args: ['served'] } });
    await draining;
    expect(lastOf(router).received.slice(-2)).toMatchObject([
      { type: MESSAGE.YIELD, request: 5, payload: { args: ['served'] } },
      { type: MESSAGE.GOODBYE },
    ]);
    expect([stateOf(router), router.clock.pending]).toEqual(['stopped', 0]);
  });

  it('unregisters a procedure whose REGISTER is answered only then', async () => {
    const router = createScriptedRouter();
    router.script = ({ type }) => (type === MESSAGE.REGISTER ? [] : undefined);
    await started(router);
    const draining = router.link.drain();
    const register = lastOf(router).received.find(({ type }) => type === MESSAGE.REGISTER);
    lastOf(router).send({
      type: MESSAGE.REGISTERED,
      request: register?.type === MESSAGE.REGISTER ? register.request : 0,
      registration: 9,
    });
    await draining;
    expect(typesOf(router)).toEqual([MESSAGE.HELLO, MESSAGE.REGISTER, MESSAGE.UNREGISTER, MESSAGE.GOODBYE]);
  });

  it('ends when the session is lost meanwhile, and joins no more', async () => {
    const router = createScriptedRouter();
    router.script = ({ type }) => (type === MESSAGE.UNREGISTER ? [] : undefined);
    await started(router);
    const draining = router.link.drain();
    lastOf(router).close();
    await draining;
    await router.advance(120_000);
    expect([stateOf(router), router.ends.length, router.clock.pending]).toEqual(['stopped', 1, 0]);
  });

  it.each(['waiting', 'connecting', 'joining'])('stops at once while it is %s', async (state) => {
    let isAborted = false;
    const router = createScriptedRouter({
      ...(state === 'connecting' && {
        dial: (_url, { signal }) => {
          signal.addEventListener('abort', () => {
            isAborted = true;
          });
          return new Promise(() => {});
        },
      }),
    });
    if (state === 'waiting') {
      router.refuse = () => {
        throw new Error('cannot connect');
      };
    }
    router.script = () => [];
    await started(router);
    expect(stateOf(router)).toBe(state);
    await router.link.drain();
    expect([stateOf(router), router.clock.pending]).toEqual(['stopped', 0]);
    expect([isAborted, router.ends[0]?.isClosed]).toEqual([
      state === 'connecting',
      state === 'joining' ? true : undefined,
    ]);
  });
});
