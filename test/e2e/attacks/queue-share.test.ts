import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { type Answer, connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { keepLog, type LogLines } from '../../support/log-lines.js';
import { byTicket, logIn } from '../../support/logins.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { HANG, type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';

const GET = 'com.billing.get_invoice';
const REALMS = [
  {
    uri: REALM,
    authmethods: ['ticket', 'anonymous'],
    users: ['alice', 'bob'].map((username) => ({ username, password: username })),
    sources: [
      { usernames: 'all', authmethod: 'ticket', cidr: '127.0.0.0/8' },
      { usernames: ['anonymous'], authmethod: 'anonymous', cidr: '127.0.0.0/8' },
    ],
  },
];
/** One connection, and a queue in which each caller may have two calls. */
const TIGHT = ['+pool.size = 1', '+pool.checkout_timeout = 1h', '+pool.max_waiting_per_caller = 2'];

const closeLater = closeAfterEach();

describe('pool.max_waiting_per_caller', () => {
  let upstream: RecordingUpstream;
  let log: LogLines;
  let url: string;

  async function start(): Promise<void> {
    upstream = closeLater(await startRecordingUpstream(() => HANG));
    log = keepLog('debug');
    const lines = billingConf(upstream.url, ...TIGHT, 'security.allow_anonymous_user = on').split('\n');
    const gateway = await startSecuredGateway(REALMS, { lines, log: log.log });
    closeLater(() => gateway.stop(0));
    ({ url } = gateway);
  }

  /** A session of a user, or an anonymous one. */
  async function join(user?: string): Promise<RawClient> {
    const client = closeLater(await connectRaw(url));
    const answer = await (user === undefined
      ? hello(client, REALM)
      : logIn(client, REALM, byTicket(user, user)));
    expect(answer[0]).toBe(MESSAGE.WELCOME);
    return client;
  }

  function call(client: RawClient, count: number): void {
    for (let id = 1; id <= count; id++) client.send([MESSAGE.CALL, id, {}, GET, [], { id }]);
  }

  /**
   * The calls of a session that were refused. A call without an id fails at once. After the second
   * one in a row, the errors of all earlier calls have come.
   */
  async function refused(client: RawClient): Promise<unknown[]> {
    const ids: unknown[] = [];
    for (const last of [98, 99]) {
      client.send([MESSAGE.CALL, last, {}, GET, [], {}]);
      for (;;) {
        const [, , id, , , , kwargs] = await client.next();
        if (id === last) break;
        expect(kwargs).toMatchObject({ status: 503, code: 'overload', attempts: 0 });
        ids.push(id);
      }
    }
    return ids;
  }

  it('limits a user over all of its sessions, and leaves room for others', async () => {
    await start();
    const [first, second, other] = [await join('alice'), await join('alice'), await join('bob')];
    call(first, 1);
    await upstream.arrived(1);
    call(second, 2);
    expect(await refused(second)).toEqual([]);
    first.send([MESSAGE.CALL, 2, {}, GET, [], { id: 2 }]);
    expect(await refused(first)).toEqual([2]);
    call(other, 3);
    expect(await refused(other)).toEqual([3]);
    const causes = log
      .records()
      .flatMap(({ msg, code, cause }) => (msg === 'call failed' && code === 'overload' ? [cause] : []));
    expect(new Set(causes)).toEqual(
      new Set(['too many calls of one caller wait for a connection (pool.max_waiting_per_caller)']),
    );
    expect(upstream.requests).toHaveLength(1);
  });

  it('limits each anonymous session on its own', async () => {
    await start();
    const [first, second] = [await join(), await join()];
    call(first, 4);
    expect(await refused(first)).toEqual([4]);
    call(second, 3);
    expect(await refused(second)).toEqual([3]);
  });

  it('has room again after a call of the caller was cancelled', async () => {
    await start();
    const client = await join();
    call(client, 3);
    expect(await refused(client)).toEqual([]);
    client.send([MESSAGE.CANCEL, 3, { mode: 'killnowait' }]);
    expect((await client.next()).slice(0, 3)).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 3]);
    for (const id of [4, 5]) client.send([MESSAGE.CALL, id, {}, GET, [], { id }]);
    expect(await refused(client)).toEqual([5]);
  });
});

describe('pool.max_waiting_per_caller, on an existing router', () => {
  /** Makes a call run, and then `count` calls of another session wait. Returns the codes of refusals. */
  async function codesOfWaiting(routerLines: readonly string[], count: number): Promise<unknown[]> {
    const fixture = closeLater(await openAttachedFixture({ routerLines, respond: () => HANG }));
    await fixture.attachAndWait(TIGHT);
    const other = closeLater(await connectCaller(fixture.router.url));
    const ended: Answer[] = [];
    const call = (caller: typeof other, id: number): void => {
      caller.call(GET, { id }).then(
        (answer) => ended.push(answer),
        () => {},
      );
    };
    call(fixture.caller, 1);
    await fixture.upstream.arrived(1);
    for (let id = 2; id < 4; id++) call(fixture.caller, id);
    for (let id = 0; id < count; id++) call(other, id);
    // A call without an id fails at once. After the second one in a row, all errors have come.
    for (let sent = 0; sent < 2; sent++) {
      expect((await other.call(GET, {})).kwargs).toMatchObject({ code: 'bad_request' });
    }
    return ended.map(({ kwargs }) => kwargs['code']);
  }

  it('tells sessions apart that the router discloses', async () => {
    expect(await codesOfWaiting([], 3)).toEqual(['overload']);
  });

  it('takes all callers for one that the router does not disclose', async () => {
    expect(await codesOfWaiting(['wamp.disclose_me = refuse'], 3)).toEqual([
      'overload',
      'overload',
      'overload',
    ]);
  });
});
