import { describe, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { testVariables } from '../../test/support/variables.js';
import { parseConfig } from '../config/load-config.js';
import { cancelCall, createCallControl } from '../upstream/call-control.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { createWaitingMemory } from '../upstream/waiting-memory.js';
import { describeCredential } from './credential.js';
import type { WithCredential } from './request-credential.js';
import type { NoToken, Token, TokenCache } from './token-cache.js';
import { createTokenCredential } from './token-credential.js';

const request: HttpRequest = {
  method: 'POST',
  origin: 'https://h',
  path: '/x',
  headers: [],
  body: '{}',
};
const token = (value: string): Token => ({
  value,
  expiresAt: 1,
  refreshAt: undefined,
});
const NONE: NoToken = { cause: 'the endpoint is down', retryInMs: 1_500 };
const answer = (status: number) => ({ status, headers: [], body: Buffer.alloc(0) });

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
  const authoriser = createTokenCredential({
    settings,
    credential: describeCredential(settings),
    variables,
    cache: {
      obtain: () => NONE,
      replace: () => undefined,
      credentialsChanged: () => {
        changes += 1;
      },
      close() {},
      ...cache,
    },
    clock,
    waiting: createWaitingMemory(10_000, { maxBytes: 10_000, bytes: 0 }),
    close: async () => {},
  });
  return { authoriser, clock, variables, changes: () => changes, control: createCallControl(1_000) };
}
const sent: WithCredential = { kind: 'authorised', request, token: token('old'), notAfter: 1 };

describe('a token on a request', () => {
  it('is placed at once while one is at hand', () => {
    const live = token('t');
    const { authoriser, control } = setUp(
      { obtain: () => live },
      '+auth.apply.format = Bearer {{user}}:{{token}}',
    );
    const placed = { ...request, headers: ['Authorization', 'Bearer u:t'] };
    expect(authoriser.apply(request, control)).toEqual({
      kind: 'authorised',
      request: placed,
      token: live,
      notAfter: live.expiresAt,
    });
  });

  it('is put together anew when a variable of its format changes', () => {
    const live = token('t');
    const { authoriser, control, variables, changes } = setUp(
      { obtain: () => live },
      '+auth.apply.format = {{user}}-{{token}}',
    );
    authoriser.apply(request, control);
    variables.change({ user: 'v' });
    expect(authoriser.apply(request, control)).toMatchObject({
      request: { headers: ['Authorization', 'v-t'] },
    });
    expect(changes()).toBe(1);
  });

  it('that cannot be had is an error, which says when to call again', () => {
    const { authoriser, control } = setUp({});
    expect(authoriser.apply(request, control)).toEqual({
      kind: 'unauthorised',
      code: 'auth',
      cause: NONE.cause,
      retryInMs: 1_500,
    });
  });

  it('is waited for no longer than the call may take', async () => {
    const { authoriser, control, clock } = setUp({ obtain: () => new Promise(() => {}) });
    const waiting = authoriser.apply(request, control);
    clock.advance(1_000);
    expect(await waiting).toMatchObject({ code: 'timeout' });
  });

  it('is not waited for by a call that was cancelled', async () => {
    const { authoriser, control } = setUp({ obtain: () => new Promise(() => {}) });
    const waiting = authoriser.apply(request, control);
    cancelCall(control);
    expect(await waiting).toMatchObject({ code: 'canceled' });
  });

  it('is waited for by so many calls and no more', async () => {
    const { authoriser, control, clock } = setUp(
      { obtain: () => new Promise(() => {}) },
      '+pool.max_waiting = 2',
    );
    const waiting = [1, 2].map(() => authoriser.apply(request, createCallControl(1_000)));
    expect(await authoriser.apply(request, control)).toMatchObject({ code: 'overload' });
    clock.advance(1_000);
    await Promise.all(waiting);
    void authoriser.apply(request, createCallControl(2_000));
    expect(clock.pending).toBe(1);
  });
});

describe('an answer to a token', () => {
  it.each([200, 400, 403, 404, 500])('%i stands', (status) => {
    const { authoriser, control } = setUp({ replace: () => token('new') });
    expect(authoriser.refresh(request, sent, answer(status), control)).toBeUndefined();
  });

  it('401 is tried again with the next token', async () => {
    const dropped: boolean[] = [];
    const { authoriser, control } = setUp({
      replace(_, drop) {
        dropped.push(drop);
        return Promise.resolve(token('new'));
      },
    });
    const again = await authoriser.refresh(request, sent, answer(401), control);
    expect(again).toMatchObject({ kind: 'authorised', request: { headers: ['Authorization', 'new'] } });
    expect(dropped).toEqual([true]);
  });

  it('401 stands where the token is not to be replaced now', () => {
    const { authoriser, control } = setUp({ replace: () => undefined });
    expect(authoriser.refresh(request, sent, answer(401), control)).toBeUndefined();
  });

  it('401 is our own error where there is no next token', async () => {
    const { authoriser, control } = setUp({ replace: () => NONE });
    expect(await authoriser.refresh(request, sent, answer(401), control)).toMatchObject({ code: 'auth' });
  });

  it('a plain 403 asks for another token where auth.refresh_on says so, and stands where there is none', async () => {
    const dropped: boolean[] = [];
    const { authoriser, control } = setUp(
      {
        replace(_, drop) {
          dropped.push(drop);
          return NONE;
        },
      },
      '+auth.refresh_on = 401, 403',
    );
    expect(await authoriser.refresh(request, sent, answer(403), control)).toBeUndefined();
    expect(dropped).toEqual([false]);
  });

  it('a plain 403 ends with the call that was cancelled while its token was fetched', async () => {
    const { authoriser, control } = setUp(
      { replace: () => new Promise(() => {}) },
      '+auth.refresh_on = 401, 403',
    );
    const waiting = authoriser.refresh(request, sent, answer(403), control);
    cancelCall(control);
    expect(await waiting).toMatchObject({ code: 'canceled' });
  });
});
