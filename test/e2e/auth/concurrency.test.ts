import { afterEach, describe, expect, it } from 'vitest';
import {
  type AuthScene,
  type AuthSceneOptions,
  GET,
  guideOAuth2,
  openAuthScene,
  POST,
} from '../../support/auth-scene.js';
import { acceptingOnly, issuing, tokenOf } from '../../support/idp.js';
import { checkedBy, startOidcIdp } from '../../support/oidc-idp.js';
import type { AnswerHandler, UpstreamAnswer } from '../../support/recording-upstream.js';
import { openScene } from '../../support/scene.js';

const CALLS = 200;

describe('many calls and one token', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });
  async function openAuth(options: AuthSceneOptions = {}): Promise<AuthScene> {
    const scene = await openAuthScene(options);
    open.push(scene);
    return scene;
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

  it('500 calls on a cold cache make one token request', async () => {
    const scene = await openAuth();
    const release = scene.idp.hold();
    const calls = numbers(500).map((id) => scene.caller.call(GET, { id }));
    await scene.idp.arrived(1);
    // The last of the calls is in the gateway before the token is there.
    await scene.caller.call('com.example.nobody');
    release();
    const answers = await Promise.all(calls);
    expect(answers.every(({ kwargs }) => kwargs['status'] === 200)).toBe(true);
    expect(scene.idp.requests).toHaveLength(1);
    expect(scene.sentTokens()).toEqual(numbers(500).map(() => 'token-1'));
  });

  it('500 calls on a cold cache make one token request to the real oidc-provider', async () => {
    const idp = await startOidcIdp();
    open.push(idp);
    const scene = await openScene({ lines: guideOAuth2(idp.url).split('\n'), answer: checkedBy(idp) });
    open.push(scene);
    const answers = await Promise.all(numbers(500).map((id) => scene.caller.call(GET, { id })));
    expect(answers.every(({ kwargs }) => kwargs['status'] === 200)).toBe(true);
    expect(idp.tokenRequests).toBe(1);
    expect(new Set(scene.upstream.requests.map(tokenOf)).size).toBe(1);
  });

  /** Keeps the first answers back until all the requests are there that are to be refused together. */
  function togetherOnly(count: number, then: AnswerHandler): AnswerHandler {
    let open = (): void => {};
    const all = new Promise<void>((resolve) => {
      open = resolve;
    });
    return async (request, response) => {
      if (request.number === count) open();
      if (request.number <= count) await all;
      return (await then(request, response)) as UpstreamAnswer;
    };
  }
  /** Gets a token, and forgets how. */
  async function warm(scene: AuthScene): Promise<void> {
    await scene.caller.call(GET, { id: 'warm' });
    scene.upstream.clear();
  }

  it(`${CALLS} refusals of one token at a time make one refresh and one replay each, of a POST too`, async () => {
    const scene = await openAuth({
      lines: [`+pool.size = ${CALLS}`, '+idempotency_header = Idempotency-Key', '+retries = 3'],
    });
    await warm(scene);
    scene.upstream.answerWith(togetherOnly(CALLS, acceptingOnly(new Set(['token-2']))));
    const answers = await Promise.all(
      numbers(CALLS).map((id) =>
        id % 2 === 0 ? scene.caller.call(GET, { id }) : scene.caller.call(POST, { id, amount: 25 }),
      ),
    );
    expect(answers.every(({ kwargs }) => kwargs['status'] === 200)).toBe(true);
    expect(scene.idp.requests).toHaveLength(2);
    const { requests } = scene.upstream;
    expect(requests).toHaveLength(2 * CALLS);
    const [refused, replayed] = [requests.slice(0, CALLS), requests.slice(CALLS)];
    expect(refused.every((request) => tokenOf(request) === 'token-1')).toBe(true);
    expect(replayed.every((request) => tokenOf(request) === 'token-2')).toBe(true);
    // Every replay is the request again that was refused: same target, body and key.
    const shape = ({ method, url, text, headers }: (typeof requests)[number]) =>
      `${method} ${url} ${text} ${headers['idempotency-key']}`;
    expect(replayed.map(shape).sort()).toEqual(refused.map(shape).sort());
    expect(new Set(refused.map(shape)).size).toBe(CALLS);
  });

  it(`${CALLS} refusals of the fresh token as well: the answer stands, there is no second replay`, async () => {
    const scene = await openAuth({ lines: [`+pool.size = ${CALLS}`] });
    await warm(scene);
    scene.upstream.answerWith(togetherOnly(CALLS, acceptingOnly(new Set())));
    const answers = await Promise.all(numbers(CALLS).map((id) => scene.caller.call(GET, { id })));
    for (const answer of answers) {
      expect(answer.uri).toBe('wamp.error.not_authorized');
      expect(answer.kwargs).toStrictEqual({ status: 401, body: { message: 'who are you?' } });
    }
    expect(scene.upstream.requests).toHaveLength(2 * CALLS);
    expect(scene.idp.requests).toHaveLength(2);
  });

  it('a refusal that comes late, of a token replaced since, is replayed without a token request', async () => {
    const scene = await openAuth({ lines: ['+pool.size = 2'] });
    await warm(scene);
    let refuse = (): void => {};
    const late = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    const accept = acceptingOnly(new Set(['token-2']));
    scene.upstream.answerWith(async (request, response) => {
      if (request.number === 1) await late;
      return (await accept(request, response)) as UpstreamAnswer;
    });
    const slow = scene.caller.call(POST, { slow: true });
    await scene.upstream.arrived(1);
    expect((await scene.caller.call(GET, { id: 2 })).kwargs).toMatchObject({ status: 200 });
    expect([scene.sentTokens(), scene.idp.requests.length]).toEqual([['token-1', 'token-1', 'token-2'], 2]);
    refuse();
    expect((await slow).kwargs).toMatchObject({ status: 200 });
    expect(scene.sentTokens().slice(3)).toEqual(['token-2']);
    expect(scene.idp.requests).toHaveLength(2);
  });

  it('refusals that come while the next token is on its way wait for it', async () => {
    const scene = await openAuth();
    await warm(scene);
    scene.upstream.answerWith(acceptingOnly(new Set(['token-2'])));
    const release = scene.idp.hold();
    const first = scene.caller.call(GET, { id: 1 });
    await scene.idp.arrived(2);
    const others = [scene.caller.call(GET, { id: 2 }), scene.caller.call(POST, { a: 3 })];
    await scene.caller.call('com.example.nobody');
    release();
    const answers = await Promise.all([first, ...others]);
    expect(answers.map(({ kwargs }) => kwargs['status'])).toEqual([200, 200, 200]);
    expect(scene.idp.requests).toHaveLength(2);
    // The refused token is dropped at once: whoever comes now waits rather than send it.
    expect(scene.sentTokens()).toEqual(['token-1', 'token-2', 'token-2', 'token-2']);
  });

  it('services with credentials of their own have tokens of their own', async () => {
    const other = 'rpc_gateway.services.other';
    const scene = await openAuth({
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
    const calls = [scene.caller.call(GET, { id: 1 }), scene.caller.call('com.other.get')];
    await Promise.all(calls);
    await scene.caller.call(GET, { id: 2 });
    await scene.caller.call('com.other.get');
    const sent = scene.upstream.requests.map((request) => [request.url, tokenOf(request)].join(' '));
    expect(sent.sort()).toEqual([
      '/ token-of-other-client-id',
      '/ token-of-other-client-id',
      '/invoices/1 token-of-my-client-id',
      '/invoices/2 token-of-my-client-id',
    ]);
    expect(scene.idp.requests).toHaveLength(2);
  });
});
