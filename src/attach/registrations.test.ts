import { describe, expect, it } from 'vitest';
import {
  createScriptedRouter,
  procedure,
  registerError,
  type ScriptedRouter,
} from '../../test/support/scripted-router.js';
import { MESSAGE, type Message } from '../wamp/messages.js';

const TAKEN = 'wamp.error.procedure_already_exists';

type Register = Extract<Message, { readonly type: typeof MESSAGE.REGISTER }>;
const isRegister = (message: Message): message is Register => message.type === MESSAGE.REGISTER;

/** A router that refuses what `refuse` names an error for. */
async function refusing(
  refuse: (register: Register) => string | undefined,
  procedures = [procedure('com.a'), procedure('com.b')],
): Promise<ScriptedRouter> {
  const router = createScriptedRouter({ procedures });
  router.script = (message) => {
    const uri = isRegister(message) ? refuse(message) : undefined;
    return uri === undefined || !isRegister(message) ? undefined : [registerError(message.request, uri)];
  };
  router.link.start();
  await router.settle();
  return router;
}

const registers = ({ ends }: ScriptedRouter) => ends.flatMap(({ received }) => received.filter(isRegister));
const statusOf = (router: ScriptedRouter, uri: string) =>
  router.link.status().procedures.find((each) => each.uri === uri);
const warnings = ({ log }: ScriptedRouter) => log.records().filter(({ level }) => level === 'warn');

describe('a procedure that is taken', () => {
  it('is tried again after 1 s, doubling to 30 s, while the others are served', async () => {
    const router = await refusing(({ procedure: uri }) => (uri === 'com.a' ? TAKEN : undefined));
    expect(router.link.status().state).toBe('registering');
    expect(statusOf(router, 'com.a')).toMatchObject({ kind: 'refused', cause: TAKEN });
    expect(statusOf(router, 'com.b')).toMatchObject({ kind: 'registered' });
    const times: number[] = [];
    for (let second = 1; second <= 121; second++) {
      const before = registers(router).length;
      await router.advance(1000);
      if (registers(router).length > before) times.push(second);
    }
    expect(times).toEqual([1, 3, 7, 15, 31, 61, 91, 121]);
  });

  it('is registered when the other callee goes, and the log says so', async () => {
    let isTaken = true;
    const router = await refusing(({ procedure: uri }) => (uri === 'com.a' && isTaken ? TAKEN : undefined));
    isTaken = false;
    await router.advance(1000);
    expect(router.link.status().state).toBe('serving');
    expect(router.log.records()).toContainEqual(
      expect.objectContaining({
        level: 'info',
        realm: 'realm1',
        router: 'ws://one/ws',
        procedure: 'com.a',
        after_ms: 1000,
        msg: 'the procedure is registered now',
      }),
    );
  });

  it('is explained as a dead session at first, and as another policy after 60 s', async () => {
    const router = await refusing(({ procedure: uri }) => (uri === 'com.a' ? TAKEN : undefined));
    expect(warnings(router)).toMatchObject([
      {
        procedure: 'com.a',
        cause: TAKEN,
        advice: expect.stringMatching(/^nothing, if a gateway was killed/),
      },
    ]);
    for (let second = 0; second < 90; second++) await router.advance(1000);
    expect(warnings(router)).toHaveLength(2);
    expect(warnings(router)[1]).toMatchObject({
      repeated: 6,
      advice:
        'the gateway asks for invoke = roundrobin, but the first registration decides: end the other callee, or set the same invoke for both',
    });
  });

  it('is explained as another policy at once if the router says so', async () => {
    const uri = 'wamp.error.procedure_exists_with_different_invocation_policy';
    const router = await refusing(() => uri, [procedure('com.a', { policy: 'single' })]);
    expect(warnings(router)).toMatchObject([
      { cause: uri, advice: expect.stringContaining('asks for invoke = single') },
    ]);
  });
});

describe('a procedure that is refused', () => {
  it.each(['wamp.error.not_authorized', 'wamp.error.invalid_uri', 'com.example.other'])(
    'with %s is tried again every 30 s',
    async (uri) => {
      const router = await refusing(({ procedure: name }) => (name === 'com.a' ? uri : undefined));
      await router.advance(29_999);
      expect(registers(router)).toHaveLength(2);
      await router.advance(1);
      expect(registers(router)).toHaveLength(3);
      await router.advance(30_000);
      expect(registers(router)).toHaveLength(4);
      expect(statusOf(router, 'com.b')).toMatchObject({ kind: 'registered' });
    },
  );

  it('for the disclosure of callers is registered without it, at once', async () => {
    const router = await refusing(
      ({ options }) =>
        options['disclose_caller'] === true ? 'wamp.error.option_disallowed.disclose_me' : undefined,
      [procedure('com.a', { usesCaller: true })],
    );
    expect(registers(router).map(({ options }) => options['disclose_caller'])).toEqual([true, undefined]);
    expect(router.link.status().state).toBe('serving');
    expect(warnings(router)).toMatchObject([{ advice: expect.stringContaining('allow_disclose') }]);
  });
});

describe('a refusal with the URI that a lost session has', () => {
  it('is tried again every 30 s too', async () => {
    const router = await refusing(() => 'wamp.error.network_failure', [procedure('com.a')]);
    expect(warnings(router)).toMatchObject([{ procedure: 'com.a', cause: 'wamp.error.network_failure' }]);
    await router.advance(30_000);
    expect(registers(router)).toHaveLength(2);
  });
});

describe('a router that closes the session during the registrations', () => {
  it('is not logged as attached', async () => {
    const router = createScriptedRouter({ procedures: [procedure('com.a'), procedure('com.b')] });
    router.script = (message, end) => {
      if (!isRegister(message) || message.procedure === 'com.a') return undefined;
      end.close();
      return [];
    };
    router.link.start();
    await router.settle();
    const messages = router.log.records().map(({ msg }) => msg);
    expect(messages).toContain('the gateway is not attached to the router; it tries again');
    expect(messages).not.toContain('the gateway is attached to the router');
  });
});

describe('a router that gives two procedures the same registration', () => {
  it('has broken the protocol: the gateway joins again after a wait', async () => {
    const router = createScriptedRouter({ procedures: [procedure('com.a'), procedure('com.b')] });
    router.script = (message) =>
      isRegister(message)
        ? [{ type: MESSAGE.REGISTERED, request: message.request, registration: 7 }]
        : undefined;
    router.link.start();
    await router.settle();
    expect([router.ends[0]?.isClosed, router.link.isServing]).toEqual([true, false]);
    expect(warnings(router)).toMatchObject([
      { cause: expect.stringContaining('REGISTERED has the ID of another registration') },
    ]);
  });
});

describe('a REGISTER without an answer', () => {
  it('ends the session, and is never repeated on it', async () => {
    const router = createScriptedRouter({ procedures: [procedure('com.a'), procedure('com.b')] });
    router.script = (message) => (isRegister(message) && message.procedure === 'com.a' ? [] : undefined);
    router.link.start();
    await router.settle();
    await router.advance(9_999);
    expect([router.ends.length, router.ends[0]?.isClosed]).toEqual([1, false]);
    await router.advance(1);
    expect(router.ends[0]?.isClosed).toBe(true);
    expect(router.ends[0]?.received.filter(isRegister)).toHaveLength(2);
    await router.advance(500);
    expect(router.ends).toHaveLength(2);
    expect(warnings(router)).toMatchObject([
      { cause: 'the router did not answer REGISTER or UNREGISTER within router.join_timeout' },
    ]);
  });
});

describe('a revoked registration', () => {
  it('is registered again after a wait, on the same session', async () => {
    const registrations: number[] = [];
    const router = createScriptedRouter();
    router.script = (message, end) => {
      if (!isRegister(message)) return undefined;
      registrations.push(registrations.length + 100);
      end.send({
        type: MESSAGE.REGISTERED,
        request: message.request,
        registration: registrations[registrations.length - 1] as number,
      });
      return [];
    };
    router.link.start();
    await router.settle();
    const [end] = router.ends;
    end?.send({ type: MESSAGE.UNREGISTERED, request: 0, details: { registration: 100 } });
    // An ID that the gateway does not have.
    end?.send({ type: MESSAGE.UNREGISTERED, request: 0, details: { registration: 99 } });
    expect(statusOf(router, 'com.a')).toMatchObject({
      kind: 'refused',
      cause: 'the router has revoked the registration',
    });
    await router.advance(999);
    expect(registrations).toHaveLength(1);
    await router.advance(1);
    expect([registrations.length, router.link.status().state]).toEqual([2, 'serving']);
  });
});

describe('a registration that is revoked again and again', () => {
  /** A router that revokes each registration after `ms` milliseconds. */
  async function revoking(ms: number): Promise<number[]> {
    const router = createScriptedRouter();
    const times: number[] = [];
    let second = 0;
    router.script = (message, end) => {
      if (!isRegister(message)) return undefined;
      times.push(second);
      const registration = 100 + times.length;
      const revoke: Message = { type: MESSAGE.UNREGISTERED, request: 0, details: { registration } };
      const registered: Message = { type: MESSAGE.REGISTERED, request: message.request, registration };
      if (ms > 0) {
        router.clock.after(ms, () => end.send(revoke));
        return [registered];
      }
      setImmediate(() => {
        end.send(registered);
        end.send(revoke);
      });
      return [];
    };
    router.link.start();
    await router.settle();
    for (second = 1; second <= 130; second++) await router.advance(1000);
    return times;
  }

  it('is registered after 1 s, doubling to 30 s, also if it is revoked together with REGISTERED', async () => {
    expect(await revoking(0)).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
  });

  it('is registered after 1 s each time if it lasted', async () => {
    expect(await revoking(60_000)).toEqual([0, 61, 122]);
  });
});

describe('many procedures', () => {
  it('have at most 100 REGISTERs without an answer at a time', async () => {
    const waiting: number[] = [];
    const router = createScriptedRouter({
      procedures: Array.from({ length: 250 }, (_, index) => procedure(`com.p${index}`)),
    });
    router.script = (message) => {
      if (!isRegister(message)) return undefined;
      waiting.push(message.request);
      return [];
    };
    router.link.start();
    await router.settle();
    for (const count of [100, 100, 50]) {
      expect(waiting).toHaveLength(count);
      for (const request of waiting.splice(0))
        router.ends[0]?.send({ type: MESSAGE.REGISTERED, request, registration: request });
      await router.settle();
    }
    expect(router.link.status().state).toBe('serving');
  });
});
