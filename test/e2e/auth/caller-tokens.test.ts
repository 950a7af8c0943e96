import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { answerCalls } from '../../support/answer-calls.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startIdp, tokenOf } from '../../support/idp.js';
import { keepLog } from '../../support/log-lines.js';
import { byTicket, logIn } from '../../support/logins.js';
import { ALL_ROLES, connectRaw, type RawClient } from '../../support/raw-client.js';
import { HANG, startRecordingUpstream } from '../../support/recording-upstream.js';
import { openReloadFixture } from '../../support/reload-fixture.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';

const REALM = 'com.example.myrealm';
const GET = 'com.billing.get_invoice';
const OK = { status: 200 };
const closeLater = closeAfterEach();

const user = (username: string, meta?: object) => ({ username, password: username, groups: ['staff'], meta });
const USERS = [
  user('alice', { tenant: 'acme' }),
  user('bob', { tenant: 'globex' }),
  user('carol'),
  user('a&grant_type=x"\r\ny', { tenant: 'acme' }),
];
const TOKEN_REQUEST = [
  '+auth.fetch.token_path = access_token',
  '+auth.fetch.expires_in_path = expires_in',
  '+auth.fetch.body_encoding = form',
  '+auth.fetch.body.grant_type = client_credentials',
  '+auth.fetch.body.client_secret = {{secret}}',
  '+auth.apply.format = Bearer {{token}}',
  '+auth.vars.secret = s3cret',
];
const BY_NAME = '+auth.fetch.body.user = {{caller.authid}}';
const BY_TENANT = '+auth.fetch.body.tenant = {{caller.meta.tenant}}';

async function joinAnonymously(client: RawClient): Promise<readonly unknown[]> {
  client.send([MESSAGE.HELLO, REALM, { roles: ALL_ROLES }]);
  return await client.next();
}

/** An API, a token endpoint, and a gateway between them with users. */
async function start(lines: readonly string[], more: readonly string[] = []) {
  const api = await startRecordingUpstream();
  closeLater(() => api.close());
  const idp = await startIdp(({ number }) => ({
    json: { access_token: `token-${number}`, expires_in: 3600 },
  }));
  closeLater(() => idp.close());
  const log = keepLog('debug');
  const conf = billingConf(
    api.url,
    `+auth.fetch.url = ${idp.origin}/token`,
    ...TOKEN_REQUEST,
    ...lines,
    ...more,
  );
  const realm = { uri: REALM, users: USERS, groups: [{ name: 'staff' }] };
  const gateway = await startSecuredGateway([realm], { lines: [conf], log: log.log });
  closeLater(() => gateway.stop(0));

  async function join(authid: string | undefined, details: object = {}) {
    const client = closeLater(await connectRaw(gateway.url));
    const welcome =
      authid === undefined
        ? await joinAnonymously(client)
        : await logIn(client, REALM, byTicket(authid, authid), details);
    let request = 0;
    return {
      client,
      welcome,
      async call(id: unknown = 1) {
        client.send([MESSAGE.CALL, ++request, {}, GET, [], { id }]);
        const message = await client.next();
        return (message[0] === MESSAGE.ERROR ? message[6] : message[4]) as Record<string, unknown>;
      },
    };
  }
  const fieldOf = (name: string) => idp.requests.map(({ text }) => new URLSearchParams(text).get(name));
  return { api, idp, log, gateway, join, fieldOf, sentTokens: () => api.requests.map(tokenOf) };
}

describe('a token for each caller', () => {
  it('belongs to one authid, whatever its sessions', async () => {
    const { join, fieldOf, sentTokens } = await start([BY_NAME]);
    const alice = await join('alice');
    const bob = await join('bob');
    for (const { call } of [alice, bob, alice, await join('alice'), bob]) {
      expect(await call()).toMatchObject(OK);
    }
    expect(fieldOf('user')).toEqual(['alice', 'bob']);
    expect(sentTokens()).toEqual(['token-1', 'token-2', 'token-1', 'token-1', 'token-2']);
  });

  it('depends on the meta of the user, and never on the authextra of HELLO', async () => {
    const { join, fieldOf } = await start([BY_TENANT]);
    const authextra = { tenant: 'globex', meta: { tenant: 'globex' } };
    await (await join('alice', { authextra, meta: { tenant: 'globex' } })).call();
    await (await join('bob')).call();
    expect(fieldOf('tenant')).toEqual(['acme', 'globex']);
    const carol = await join('carol', { authextra });
    expect(await carol.call()).toMatchObject({
      status: 400,
      code: 'bad_request',
      message: 'The service fetches a token for each caller, and this caller has no {{caller.meta.tenant}}',
    });
    expect(fieldOf('tenant')).toHaveLength(2);
  });

  it('shows the meta of a user neither to the client nor to a callee outside', async () => {
    const { join } = await start([BY_TENANT]);
    const callee = await join('bob');
    expect(JSON.stringify(callee.welcome)).not.toContain('globex');
    callee.client.send([MESSAGE.REGISTER, 1, { disclose_caller: true }, 'com.example.echo']);
    await callee.client.next();
    const alice = await join('alice');
    alice.client.send([MESSAGE.CALL, 1, {}, 'com.example.echo']);
    const invocation = await callee.client.next();
    expect(invocation[3]).toMatchObject({ caller_authid: 'alice' });
    expect(JSON.stringify(invocation)).not.toContain('acme');
  });

  it('is refused to anonymous sessions', async () => {
    const { join, idp, api } = await start([BY_NAME]);
    expect(await (await join(undefined)).call()).toMatchObject({
      status: 400,
      code: 'bad_request',
      message: expect.stringContaining('an anonymous session has no name of its own'),
    });
    expect([idp.requests, api.requests]).toEqual([[], []]);
  });

  it('keeps a hostile authid in its field', async () => {
    const { join, idp } = await start([BY_NAME]);
    await (await join('a&grant_type=x"\r\ny')).call();
    expect([...new URLSearchParams(idp.requests[0]!.text)]).toEqual([
      ['grant_type', 'client_credentials'],
      ['client_secret', 's3cret'],
      ['user', 'a&grant_type=x"\r\ny'],
    ]);
  });

  it('is refused where a hostile authid has no encoding', async () => {
    const { join, idp } = await start(['+auth.fetch.headers.X-User = {{caller.authid}}']);
    expect(await (await join('a&grant_type=x"\r\ny')).call()).toMatchObject({ code: 'bad_request' });
    expect(idp.requests).toEqual([]);
  });

  it('is fetched again for one caller when the API refuses it', async () => {
    const { join, api, fieldOf, sentTokens } = await start([BY_NAME]);
    const [alice, bob] = [await join('alice'), await join('bob')];
    await alice.call();
    await bob.call();
    api.respondWith((request) => (tokenOf(request) === 'token-1' ? { status: 401 } : { json: {} }));
    expect(await alice.call()).toMatchObject(OK);
    expect(await bob.call()).toMatchObject(OK);
    expect(fieldOf('user')).toEqual(['alice', 'bob', 'alice']);
    expect(sentTokens().slice(2)).toEqual(['token-1', 'token-3', 'token-2']);
  });
});

describe('the token endpoint', () => {
  it('refuses one caller, and delays no other', async () => {
    const { join, idp, fieldOf } = await start([BY_NAME]);
    idp.respondWith(({ text, number }) =>
      text.includes('alice')
        ? { status: 400, json: { error: 'invalid_grant' } }
        : { json: { access_token: `token-${number}`, expires_in: 3600 } },
    );
    const [alice, bob] = [await join('alice'), await join('bob')];
    for (let round = 0; round < 5; round++) {
      expect(await alice.call()).toMatchObject({ status: 503, code: 'auth' });
      expect(await bob.call()).toMatchObject(OK);
    }
    expect(fieldOf('user')).toEqual(['alice', 'bob']);
  });

  it('hangs for one caller, and delays no other', async () => {
    const { join, idp } = await start([BY_NAME]);
    idp.respondWith(({ text, number }) =>
      text.includes('alice') ? HANG : { json: { access_token: `token-${number}`, expires_in: 3600 } },
    );
    const [alice, bob] = [await join('alice'), await join('bob')];
    void alice.call().catch(() => {});
    await idp.arrived(1);
    expect(await bob.call()).toMatchObject(OK);
  });

  it('refuses many calls, and the log sums them up without a caller', async () => {
    const { join, idp, log, gateway } = await start([BY_NAME]);
    idp.respondWith(() => ({ status: 401, json: { error: 'invalid_client' } }));
    for (const name of ['alice', 'bob', 'carol']) await (await join(name)).call();
    await gateway.stop(0);
    const lines = log.records().filter(({ msg }) => msg === 'token request failed');
    expect(lines).toHaveLength(3);
    for (const name of ['alice', 'bob', 'carol', 'token-1', 's3cret']) {
      expect(JSON.stringify(lines)).not.toContain(name);
    }
  });
});

it('the status counts the callers, and an operator drops their tokens', async () => {
  const { join, gateway, fieldOf } = await start([BY_NAME]);
  const alice = await join('alice');
  await alice.call();
  await (await join('bob')).call();
  const tokenStatus = () => gateway.status().services[0]?.token;
  expect(tokenStatus()).toEqual({ callers: 2, expires_in_seconds: null, expires_at: null });
  expect(await gateway.act('billing', 'refresh_token')).toEqual({
    kind: 'done',
    detail: '2 tokens are dropped; the next call of each caller fetches a new one',
  });
  expect(tokenStatus()).toMatchObject({ callers: 0 });
  await alice.call();
  expect(fieldOf('user')).toEqual(['alice', 'bob', 'alice']);
});

it.each([
  ['meta', { role: 'staff', meta: { tenant: 'initech' }, extra: { tenant: 'shown' } }],
  ['extra', { role: 'staff', extra: { tenant: 'initech' } }],
])('an authenticator gives %s', async (_, result) => {
  const { join, fieldOf, gateway } = await start(
    [BY_TENANT],
    [`security.realms.${REALM}.authenticator = com.example.authenticate`],
  );
  const backend = await join('bob');
  backend.client.send([MESSAGE.REGISTER, 1, {}, 'com.example.authenticate']);
  await backend.client.next();
  answerCalls(backend.client, () => ({ result }));
  const client = closeLater(await connectRaw(gateway.url));
  const login = byTicket('dave', 'x');
  const welcome = await logIn(client, REALM, login, { authextra: { tenant: 'mine' }, roles: ALL_ROLES });
  expect(JSON.stringify(welcome).includes('initech')).toBe('extra' in result && !('meta' in result));
  client.send([MESSAGE.CALL, 1, {}, GET, [], { id: 1 }]);
  await client.next();
  expect(fieldOf('tenant')).toEqual(['initech']);
});

it('a reload of the security file changes the meta of a session, and so its token', async () => {
  const api = await startRecordingUpstream();
  closeLater(() => api.close());
  const idp = await startIdp();
  closeLater(() => idp.close());
  const lines = [`+auth.fetch.url = ${idp.origin}/token`, ...TOKEN_REQUEST, BY_TENANT];
  const conf = [billingConf(api.url, ...lines), 'security.config_file = security.json'].join('\n');
  let tenant: string | undefined = 'acme';
  const fixture = await openReloadFixture(conf, {
    readFile: (path) => {
      const meta = tenant === undefined ? {} : { meta: { tenant } };
      const alice = { username: 'alice', password: 'alice', groups: ['staff'], ...meta };
      const realm = { uri: REALM, users: [alice], groups: [{ name: 'staff' }] };
      return path.endsWith('security.json') ? JSON.stringify([realm]) : readFileSync(path);
    },
  });
  closeLater(() => fixture.close());
  const client = closeLater(await connectRaw(fixture.url));
  await logIn(client, REALM, byTicket('alice', 'alice'));
  let request = 0;
  const call = async () => {
    client.send([MESSAGE.CALL, ++request, {}, GET, [], { id: 1 }]);
    const message = await client.next();
    return message[message[0] === MESSAGE.ERROR ? 6 : 4];
  };
  expect(await call()).toMatchObject(OK);
  tenant = 'globex';
  await fixture.reload(conf);
  expect(await call()).toMatchObject(OK);
  tenant = undefined;
  await fixture.reload(conf);
  expect(await call()).toMatchObject({ code: 'bad_request' });
  const asked = idp.requests.map(({ text }) => new URLSearchParams(text).get('tenant'));
  expect(asked).toEqual(['acme', 'globex']);
});
