import { describe, expect, it } from 'vitest';
import {
  type AuthFixture,
  type AuthFixtureOptions,
  GET,
  guideOAuth2,
  openAuthFixture,
  POST,
} from '../../support/auth-fixture.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';
import { acceptingOnly, issuing, tokenOf } from '../../support/idp.js';
import { checkedBy, startOidcIdp } from '../../support/oidc-idp.js';
import type { ResponseHandler, UpstreamResponse } from '../../support/recording-upstream.js';

const CALLS = 200;

describe('many calls and one token', () => {
  const closeLater = closeAfterEach();
  const openAuth = async (options: AuthFixtureOptions = {}) => closeLater(await openAuthFixture(options));
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

  it('500 calls on a cold cache make one token request', async () => {
    const fixture = await openAuth();
    const release = fixture.idp.hold();
    const calls = numbers(500).map((id) => fixture.caller.call(GET, { id }));
    await fixture.idp.arrived(1);
    // The gateway has received the last call before the token arrives.
    await fixture.caller.call('com.example.nobody');
    release();
    const answers = await Promise.all(calls);
    expect(answers.every(({ kwargs }) => kwargs['status'] === 200)).toBe(true);
    expect(fixture.idp.requests).toHaveLength(1);
    expect(fixture.sentTokens()).toEqual(numbers(500).map(() => 'token-1'));
  });

  it('500 calls on a cold cache make one token request to the real oidc-provider', async () => {
    const idp = closeLater(await startOidcIdp());
    const fixture = closeLater(
      await openGatewayFixture({
        // A busy machine may take longer than the default of 5 s for all of them.
        lines: [...guideOAuth2(idp.url).split('\n'), '+pool.checkout_timeout = 1m'],
        respond: checkedBy(idp),
      }),
    );
    const answers = await Promise.all(numbers(500).map((id) => fixture.caller.call(GET, { id })));
    expect(answers.every(({ kwargs }) => kwargs['status'] === 200)).toBe(true);
    expect(idp.tokenRequests).toBe(1);
    expect(new Set(fixture.upstream.requests.map(tokenOf)).size).toBe(1);
  });

  /** Holds the first responses until all requests that are to be refused together have arrived. */
  function togetherOnly(count: number, then: ResponseHandler): ResponseHandler {
    let open = (): void => {};
    const all = new Promise<void>((resolve) => {
      open = resolve;
    });
    return async (request, response) => {
      if (request.number === count) open();
      if (request.number <= count) await all;
      return (await then(request, response)) as UpstreamResponse;
    };
  }
  /** Fetches a token, and forgets the requests for it. */
  async function warm(fixture: AuthFixture): Promise<void> {
    await fixture.caller.call(GET, { id: 'warm' });
    fixture.upstream.clear();
  }

  it(`${CALLS} simultaneous refusals of one token cause one refresh, and one replay for each call, also of a POST`, async () => {
    const fixture = await openAuth({
      lines: [`+pool.size = ${CALLS}`, '+idempotency_header = Idempotency-Key', '+retries = 3'],
    });
    await warm(fixture);
    fixture.upstream.respondWith(togetherOnly(CALLS, acceptingOnly(new Set(['token-2']))));
    const answers = await Promise.all(
      numbers(CALLS).map((id) =>
        id % 2 === 0 ? fixture.caller.call(GET, { id }) : fixture.caller.call(POST, { id, amount: 25 }),
      ),
    );
    expect(answers.every(({ kwargs }) => kwargs['status'] === 200)).toBe(true);
    expect(fixture.idp.requests).toHaveLength(2);
    const { requests } = fixture.upstream;
    expect(requests).toHaveLength(2 * CALLS);
    const [refused, replayed] = [requests.slice(0, CALLS), requests.slice(CALLS)];
    expect(refused.every((request) => tokenOf(request) === 'token-1')).toBe(true);
    expect(replayed.every((request) => tokenOf(request) === 'token-2')).toBe(true);
    // Every replay repeats the refused request: same target, body and key.
    const shape = ({ method, url, text, headers }: (typeof requests)[number]) =>
      `${method} ${url} ${text} ${headers['idempotency-key']}`;
    expect(replayed.map(shape).sort()).toEqual(refused.map(shape).sort());
    expect(new Set(refused.map(shape)).size).toBe(CALLS);
  });

  it(`${CALLS} refusals of the fresh token too: the response is passed on, without a second replay`, async () => {
    const fixture = await openAuth({ lines: [`+pool.size = ${CALLS}`] });
    await warm(fixture);
    fixture.upstream.respondWith(togetherOnly(CALLS, acceptingOnly(new Set())));
    const answers = await Promise.all(numbers(CALLS).map((id) => fixture.caller.call(GET, { id })));
    for (const answer of answers) {
      expect(answer.uri).toBe('wamp.error.not_authorized');
      expect(answer.kwargs).toStrictEqual({ status: 401, body: { message: 'who are you?' } });
    }
    expect(fixture.upstream.requests).toHaveLength(2 * CALLS);
    expect(fixture.idp.requests).toHaveLength(2);
  });

  it('a late refusal of a token that has been replaced causes a replay without a token request', async () => {
    const fixture = await openAuth({ lines: ['+pool.size = 2'] });
    await warm(fixture);
    let refuse = (): void => {};
    const late = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    const accept = acceptingOnly(new Set(['token-2']));
    fixture.upstream.respondWith(async (request, response) => {
      if (request.number === 1) await late;
      return (await accept(request, response)) as UpstreamResponse;
    });
    const slow = fixture.caller.call(POST, { slow: true });
    await fixture.upstream.arrived(1);
    expect((await fixture.caller.call(GET, { id: 2 })).kwargs).toMatchObject({ status: 200 });
    expect([fixture.sentTokens(), fixture.idp.requests.length]).toEqual([
      ['token-1', 'token-1', 'token-2'],
      2,
    ]);
    refuse();
    expect((await slow).kwargs).toMatchObject({ status: 200 });
    expect(fixture.sentTokens().slice(3)).toEqual(['token-2']);
    expect(fixture.idp.requests).toHaveLength(2);
  });

  it('refusals that arrive while the next token is being fetched wait for it', async () => {
    const fixture = await openAuth();
    await warm(fixture);
    fixture.upstream.respondWith(acceptingOnly(new Set(['token-2'])));
    const release = fixture.idp.hold();
    const first = fixture.caller.call(GET, { id: 1 });
    await fixture.idp.arrived(2);
    const others = [fixture.caller.call(GET, { id: 2 }), fixture.caller.call(POST, { a: 3 })];
    await fixture.caller.call('com.example.nobody');
    release();
    const answers = await Promise.all([first, ...others]);
    expect(answers.map(({ kwargs }) => kwargs['status'])).toEqual([200, 200, 200]);
    expect(fixture.idp.requests).toHaveLength(2);
    // The refused token is dropped at once: a call that comes now waits instead of sending it.
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2', 'token-2', 'token-2']);
  });

  it('services with credentials of their own have tokens of their own', async () => {
    const other = 'rpc_gateway.services.other';
    const fixture = await openAuth({
      idp: (request, response) =>
        issuing({ access_token: `token-of-${new URLSearchParams(request.text).get('client_id')}` })(
          request,
          response,
        ),
      more: (apiUrl, idpOrigin) =>
        [
          guideOAuth2(idpOrigin).replaceAll('rpc_gateway.services.billing', other),
          `${other}.auth.vars.client_id = other-client-id`,
          `${other}.base_url = ${apiUrl}`,
          `${other}.procedures.get.uri = com.other.get`,
          `${other}.procedures.get.realm = com.example.myrealm`,
        ].join('\n'),
    });
    const calls = [fixture.caller.call(GET, { id: 1 }), fixture.caller.call('com.other.get')];
    await Promise.all(calls);
    await fixture.caller.call(GET, { id: 2 });
    await fixture.caller.call('com.other.get');
    const sent = fixture.upstream.requests.map((request) => [request.url, tokenOf(request)].join(' '));
    expect(sent.sort()).toEqual([
      '/ token-of-other-client-id',
      '/ token-of-other-client-id',
      '/invoices/1 token-of-my-client-id',
      '/invoices/2 token-of-my-client-id',
    ]);
    expect(fixture.idp.requests).toHaveLength(2);
  });
});
