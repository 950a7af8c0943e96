import { describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { MESSAGE, type Message } from '../wamp/messages.js';
import type { Admission, Challenged, Step } from './auth/steps.js';
import { createHandshake } from './handshake.js';

const ADMITTED: Admission = {
  kind: 'admitted',
  identity: { authid: 'alice', authrole: 'staff', authmethod: 'ticket', authprovider: 'static' },
  roles: new Set(),
};
const REFUSAL = { uri: 'wamp.error.authentication_denied', message: 'no' };
const AUTHENTICATE: Message = { type: MESSAGE.AUTHENTICATE, signature: 'x', extra: {} };

const challenge = (answer: () => Step | Promise<Step>): Challenged => ({
  kind: 'challenge',
  method: 'ticket',
  extra: {},
  answer,
});

function setUp() {
  const clock = createFakeClock();
  const calls = {
    challenge: vi.fn(),
    admit: vi.fn(),
    refuse: vi.fn(),
    violate: vi.fn(),
    fail: vi.fn(),
    answered: vi.fn(),
    decided: vi.fn(),
    over: vi.fn(),
  };
  return { clock, calls, handshake: createHandshake({ clock, ...calls }) };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('a handshake', () => {
  it('goes from step to step, whether they take time or not', async () => {
    for (const answer of [() => ADMITTED, async () => ADMITTED]) {
      const { calls, handshake } = setUp();
      handshake.begin(challenge(answer));
      expect(calls.challenge).toHaveBeenCalledOnce();
      expect(calls.answered).not.toHaveBeenCalled();
      handshake.onMessage(AUTHENTICATE);
      expect(calls.answered).toHaveBeenCalledOnce();
      await turns();
      expect(calls.admit).toHaveBeenCalledExactlyOnceWith(ADMITTED);
    }
  });

  it('does not refuse before the time that the step gives', () => {
    const { clock, calls, handshake } = setUp();
    handshake.begin({ kind: 'refused', refusal: REFUSAL, notBefore: 250 });
    clock.advance(249);
    expect(calls.refuse).not.toHaveBeenCalled();
    clock.advance(1);
    expect(calls.refuse).toHaveBeenCalledExactlyOnceWith(REFUSAL);
  });

  it('leaves no timer behind when the client goes, and drops a later result of its login', async () => {
    const { clock, calls, handshake } = setUp();
    handshake.begin({ kind: 'refused', refusal: REFUSAL, notBefore: 250 });
    handshake.end();
    expect(clock.pending).toBe(0);
    for (const late of [async () => ADMITTED, () => Promise.reject<Step>(new Error('late'))]) {
      const next = setUp();
      next.handshake.begin(late());
      next.handshake.end();
      await turns();
      expect([next.calls.admit, next.calls.fail].flatMap((call) => call.mock.calls)).toEqual([]);
    }
    expect(calls.refuse).not.toHaveBeenCalled();
  });

  it('accepts one AUTHENTICATE, after CHALLENGE, and nothing else', () => {
    const never = new Promise<Step>(() => {});
    const cases: readonly [Step | Promise<Step>, readonly Message[], string][] = [
      [never, [AUTHENTICATE], 'AUTHENTICATE without a CHALLENGE'],
      [challenge(() => never), [AUTHENTICATE, AUTHENTICATE], 'AUTHENTICATE without a CHALLENGE'],
      [challenge(() => never), [{ type: MESSAGE.HELLO, realm: 'r', details: {} }], 'HELLO before WELCOME'],
      [
        challenge(() => never),
        [AUTHENTICATE, { type: MESSAGE.GOODBYE, details: {}, reason: 'x' }],
        'GOODBYE before WELCOME',
      ],
      [
        { kind: 'refused', refusal: REFUSAL, notBefore: 9 },
        [AUTHENTICATE],
        'AUTHENTICATE without a CHALLENGE',
      ],
    ];
    for (const [step, messages, sentence] of cases) {
      const { clock, calls, handshake } = setUp();
      handshake.begin(step);
      for (const message of messages) handshake.onMessage(message);
      expect(calls.violate).toHaveBeenCalledExactlyOnceWith(sentence);
      expect(clock.pending).toBe(0);
    }
  });

  it('reports a bug', async () => {
    const { calls, handshake } = setUp();
    const bug = new Error('bug');
    handshake.begin(Promise.reject(bug));
    await turns();
    expect(calls.fail).toHaveBeenCalledExactlyOnceWith(bug);
  });

  it('reports a bug in a later step, at once or later', async () => {
    const bug = new Error('bug');
    const { calls, handshake } = setUp();
    calls.admit.mockImplementation(() => {
      throw bug;
    });
    expect(() => handshake.begin(ADMITTED)).toThrow(bug);
    const later = setUp();
    later.calls.admit.mockImplementation(() => {
      throw bug;
    });
    later.handshake.begin(Promise.resolve(ADMITTED));
    await turns();
    expect(later.calls.fail).toHaveBeenCalledExactlyOnceWith(bug);
  });
});
