import { describe, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { testVariables } from '../../test/support/variables.js';
import { parseConfig } from '../config/load-config.js';
import { createTurns } from '../turns.js';
import { cancelCall, createCallControl } from '../upstream/call-control.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { SharedBytes } from '../upstream/shared-bytes.js';
import { createWaitingMemory } from '../upstream/waiting-memory.js';
import { describeCredential } from './credential.js';
import type { WithCredential } from './request-credential.js';
import type { NoToken, Token, TokenCache } from './token-cache.js';
import { createTokenCredential } from './token-credential.js';
import { createSharedToken } from './token-store.js';

const request: HttpRequest = {
  method: 'POST',
  origin: 'https://h',
  path: '/x',
  headers: [],
  body: '{}',
};
const token = (value: string): Token => ({
  kind: 'token',
  value,
  expiresAt: 1,
  refreshAt: undefined,
});
const NONE: NoToken = { kind: 'none', cause: 'the endpoint is down', retryAfterMs: 1_500 };
const response = (status: number) => ({ status, headers: [], body: Buffer.alloc(0) });

function setUp(cache: Partial<TokenCache>, ...lines: string[]) {
  const conf = billingConf(
    'https://h',
    '+auth.fetch.url = https://idp/token',
    '+auth.fetch.token_path = t',
    '+auth.vars.user = u',
    ...lines,
  );
  const { settings } = parseConfig(conf, { env: {} }).services[0]!;
  const clock = createFakeClock();
  const variables = testVariables({ user: 'u' });
  let changes = 0;
  const credential = createTokenCredential({
    settings,
    credential: describeCredential(settings),
    variables,
    tokens: createSharedToken({
      obtain: () => NONE,
      replace: () => undefined,
      renew: async () => NONE,
      expiresAt: undefined,
      handOver: () => ({ key: undefined, token: undefined, pending: undefined }),
      takeOver() {},
      credentialsChanged: () => {
        changes += 1;
      },
      close() {},
      isFetching: false,
      ...cache,
    }),
    clock,
    turns: createTurns(clock),
    waiting: createWaitingMemory(10_000, new SharedBytes(10_000)),
    close: async () => {},
  });
  return { credential, clock, variables, changes: () => changes, control: createCallControl(1_000) };
}
const sent: WithCredential = { kind: 'ready', request, token: token('old'), notAfter: 1 };

describe('the token for a request', () => {
  it('is added at once while the cache has one', () => {
    const live = token('t');
    const { credential, control } = setUp(
      { obtain: () => live },
      '+auth.apply.format = Bearer {{user}}:{{token}}',
    );
    const placed = { ...request, headers: ['Authorization', 'Bearer u:t'] };
    expect(credential.apply(request, control, 0)).toEqual({
      kind: 'ready',
      request: placed,
      token: live,
      notAfter: live.expiresAt,
    });
  });

  it('is formatted again when a variable of its format changes', () => {
    const live = token('t');
    const { credential, control, variables, changes } = setUp(
      { obtain: () => live },
      '+auth.apply.format = {{user}}-{{token}}',
    );
    credential.apply(request, control, 0);
    variables.change({ user: 'v' });
    expect(credential.apply(request, control, 0)).toMatchObject({
      request: { headers: ['Authorization', 'v-t'] },
    });
    expect(changes()).toBe(1);
  });

  it('is the error auth with retryAfterMs if there is no token', () => {
    const { credential, control } = setUp({});
    expect(credential.apply(request, control, 0)).toEqual({
      kind: 'no_credential',
      code: 'auth',
      cause: NONE.cause,
      retryAfterMs: 1_500,
    });
  });

  it('is awaited only until the deadline of the call', async () => {
    const { credential, control, clock } = setUp({ obtain: () => new Promise(() => {}) });
    const waiting = credential.apply(request, control, 0);
    clock.advance(1_000);
    expect(await waiting).toMatchObject({ code: 'timeout' });
  });

  it('is awaited only until the call is cancelled', async () => {
    const { credential, control } = setUp({ obtain: () => new Promise(() => {}) });
    const waiting = credential.apply(request, control, 0);
    cancelCall(control);
    expect(await waiting).toMatchObject({ code: 'canceled' });
  });

  it('is awaited by at most pool.max_waiting calls', async () => {
    const { credential, control, clock } = setUp(
      { obtain: () => new Promise(() => {}) },
      '+pool.max_waiting = 2',
    );
    const waiting = [1, 2].map(() => credential.apply(request, createCallControl(1_000), 0));
    expect(await credential.apply(request, control, 0)).toMatchObject({ code: 'overload' });
    clock.advance(1_000);
    await Promise.all(waiting);
    void credential.apply(request, createCallControl(2_000), 0);
    expect(clock.pending).toBe(1);
  });

  it('is awaited by at most pool.max_waiting_per_caller calls of one caller', async () => {
    const { credential, clock } = setUp(
      { obtain: () => new Promise(() => {}) },
      '+pool.max_waiting_per_caller = 2',
    );
    const callOf = (authid: string, session: number) =>
      createCallControl(1_000, {}, { realm: 'com.example', session, authid, authrole: 'user' });
    const waiting = [1, 2].map((session) => credential.apply(request, callOf('alice', session), 0));
    expect(await credential.apply(request, callOf('alice', 3), 0)).toMatchObject({
      code: 'overload',
      cause: expect.stringContaining('pool.max_waiting_per_caller'),
    });
    void credential.apply(request, callOf('bob', 4), 0);
    expect(clock.pending).toBe(3);
    clock.advance(1_000);
    await Promise.all(waiting);
    void credential.apply(
      request,
      createCallControl(2_000, {}, { realm: 'com.example', session: 1, authid: 'alice', authrole: 'user' }),
      0,
    );
    expect(clock.pending).toBe(1);
  });
});

describe('the response to a request with a token', () => {
  it.each([200, 400, 403, 404, 500])('is final if its status is %i', (status) => {
    const { credential, control } = setUp({ replace: () => token('new') });
    expect(credential.refresh(request, sent, response(status), control)).toBeUndefined();
  });

  it('causes a second attempt with the next token if it is 401', async () => {
    const dropped: boolean[] = [];
    const { credential, control } = setUp({
      replace(_, drop) {
        dropped.push(drop);
        return Promise.resolve(token('new'));
      },
    });
    const again = await credential.refresh(request, sent, response(401), control);
    expect(again).toMatchObject({ kind: 'ready', request: { headers: ['Authorization', 'new'] } });
    expect(dropped).toEqual([true]);
  });

  it('is final if it is 401 and the token must not be replaced now', () => {
    const { credential, control } = setUp({ replace: () => undefined });
    expect(credential.refresh(request, sent, response(401), control)).toBeUndefined();
  });

  it('becomes an error of the gateway if it is 401 and there is no next token', async () => {
    const { credential, control } = setUp({ replace: () => NONE });
    expect(await credential.refresh(request, sent, response(401), control)).toMatchObject({ code: 'auth' });
  });

  it('is final if it is a 403 listed in auth.refresh_on and there is no next token', async () => {
    const dropped: boolean[] = [];
    const { credential, control } = setUp(
      {
        replace(_, drop) {
          dropped.push(drop);
          return NONE;
        },
      },
      '+auth.refresh_on = 401, 403',
    );
    expect(await credential.refresh(request, sent, response(403), control)).toBeUndefined();
    expect(dropped).toEqual([false]);
  });

  it('becomes canceled if the caller cancels during the token fetch after a 403 listed in auth.refresh_on', async () => {
    const { credential, control } = setUp(
      { replace: () => new Promise(() => {}) },
      '+auth.refresh_on = 401, 403',
    );
    const waiting = credential.refresh(request, sent, response(403), control);
    cancelCall(control);
    expect(await waiting).toMatchObject({ code: 'canceled' });
  });
});
