import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startGateway } from '../../support/gateway.js';
import { byTicket, logIn } from '../../support/logins.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';

const REALM = 'com.example.myrealm';
const LIST = 'wamp.reflection.procedure.list';
const DESCRIBE = 'wamp.reflection.procedure.describe';
const GET = 'com.billing.get_invoice';
const API = 'https://billing.example.com/api';
const ALL = ['get', 'create', 'update', 'delete'].map((name) => `com.billing.${name}_invoice`);
const UNKNOWN = { kind: 'error', uri: 'wamp.error.no_such_procedure' };

describe('reflection', () => {
  const closeLater = closeAfterEach();

  async function open() {
    const gateway = await startGateway(billingConf(API));
    closeLater(() => gateway.stop(0));
    return { gateway, caller: closeLater(await connectCaller(gateway.url)) };
  }

  const call = (caller: Awaited<ReturnType<typeof connectCaller>>, uri: string, ...args: unknown[]) =>
    caller.call(uri, {}, { args });

  it('is announced as a feature of the dealer', async () => {
    const { gateway } = await open();
    const client = closeLater(await connectRaw(gateway.url));
    const welcome = await hello(client, REALM);
    expect(welcome[2]).toMatchObject({ roles: { dealer: { features: { reflection: true } } } });
  });

  it('lists the procedures of the gateway and of clients, with or without the realm', async () => {
    const { gateway, caller } = await open();
    const client = closeLater(await connectRaw(gateway.url));
    await hello(client, REALM);
    client.send([MESSAGE.REGISTER, 1, {}, 'com.other']);
    client.send([MESSAGE.REGISTER, 2, { match: 'prefix' }, 'com.pattern.']);
    await client.next();
    await client.next();
    const { args } = await call(caller, LIST);
    expect(args).toEqual([[...ALL, 'com.other']]);
    expect((await call(caller, LIST, REALM)).args).toEqual(args);
    expect((await call(caller, LIST, 'com.none')).args).toEqual([[]]);
  });

  it('describes a procedure of the gateway, and says little of others', async () => {
    const { gateway, caller } = await open();
    const { args } = await call(caller, DESCRIBE, GET);
    expect(args).toMatchObject([
      {
        uri: GET,
        realm: REALM,
        kind: 'procedure',
        kwargs_schema: { required: ['id'] },
        http: { method: 'GET' },
      },
    ]);
    expect((await call(caller, DESCRIBE, REALM, GET)).args).toEqual(args);
    const client = closeLater(await connectRaw(gateway.url));
    await hello(client, REALM);
    client.send([MESSAGE.REGISTER, 1, {}, 'com.other']);
    await client.next();
    const other = await call(caller, DESCRIBE, 'com.other');
    expect(other.args).toEqual([{ uri: 'com.other', realm: REALM, kind: 'procedure' }]);
  });

  it.each([
    [[], 'wamp.error.invalid_argument'],
    [[1], 'wamp.error.invalid_argument'],
    [[REALM, GET, 1], 'wamp.error.invalid_argument'],
    [['com.none'], 'wamp.error.no_such_procedure'],
    [['com.none', GET], 'wamp.error.no_such_procedure'],
  ])('refuses to describe %j', async (args, uri) => {
    const { caller } = await open();
    expect(await call(caller, DESCRIBE, ...args)).toMatchObject({ kind: 'error', uri });
  });

  it('shows only what the session may call, and needs no grant of its own', async () => {
    const realm = {
      uri: REALM,
      authmethods: ['ticket'],
      users: [{ username: 'ann', password: 'ticket' }],
      sources: [{ usernames: 'all', authmethod: 'ticket' }],
      grants: [{ permissions: ['wamp.call'], roles: 'all', uri: GET, match: 'exact' }],
    };
    const gateway = await startSecuredGateway([realm], { lines: billingConf(API).split('\n') });
    closeLater(() => gateway.stop(0));
    const client = closeLater(await connectRaw(gateway.url));
    expect((await logIn(client, REALM, byTicket('ann', 'ticket')))[0]).toBe(MESSAGE.WELCOME);
    expect(await answerOf(client, LIST)).toEqual([MESSAGE.RESULT, 7, {}, [[GET]]]);
    expect((await answerOf(client, DESCRIBE, GET))[3]).toMatchObject([{ uri: GET }]);
    const [forbidden, none] = [
      await answerOf(client, DESCRIBE, 'com.billing.create_invoice'),
      await answerOf(client, DESCRIBE, 'com.none'),
    ];
    expect(forbidden[4]).toBe(UNKNOWN.uri);
    expect(forbidden).toEqual(none);
  });
});

async function answerOf(client: RawClient, uri: string, ...args: unknown[]): Promise<readonly unknown[]> {
  client.send([MESSAGE.CALL, 7, {}, uri, args]);
  return await client.next();
}
