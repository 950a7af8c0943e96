import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openConsole } from '../../support/console-fixture.js';
import { connectRaw, hello } from '../../support/raw-client.js';

const closing = closeAfterEach();

const open = async (...lines: readonly string[]) => closing(await openConsole(lines));

async function join(url: string, realm = REALM) {
  const client = closing(await connectRaw(url));
  const [type, id] = await hello(client, realm);
  expect(type).toBe(MESSAGE.WELCOME);
  return { client, id: id as number };
}

describe('a realm in the console', () => {
  it('has its sessions, registrations and subscriptions', async () => {
    const { caller, get, gateway } = await open();
    const { client } = await join(gateway.url);
    client.send([MESSAGE.SUBSCRIBE, 1, { match: 'wildcard' }, 'com.billing..paid']);
    await client.next();
    const { status, json } = await get(`/realms/${REALM}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      name: REALM,
      totals: { sessions: 2, registrations: 4, subscriptions: 1 },
      sessions: [
        {
          id: caller.session,
          authid: caller.authid,
          authrole: 'anonymous',
          authmethod: 'anonymous',
          transport: 'websocket json',
          address: '127.0.0.1',
          since: expect.stringMatching(/^\d{4}-.*Z$/),
        },
        {},
      ],
      subscriptions: [{ uri: 'com.billing..paid', match: 'wildcard', count: 1 }],
    });
    expect(json['registrations']).toContainEqual({
      uri: 'com.billing.get_invoice',
      match: 'exact',
      count: 1,
    });
  });

  it('may have any name', async () => {
    const realm = "a/b%2F<é>?!*'()&";
    const { get, post, gateway } = await open(`+procedures.get_invoice.realm = ${realm}`);
    const { client, id } = await join(gateway.url, realm);
    const path = `/realms/${encodeURIComponent(realm)}`;
    expect((await get(path)).json).toMatchObject({ name: realm, sessions: [{ id }] });
    expect((await post(`${path}/sessions/${id}/kill`)).status).toBe(200);
    expect((await client.next())[0]).toBe(MESSAGE.GOODBYE);
  });

  it('is not there under another name', async () => {
    const { get } = await open();
    expect(await get('/realms/other')).toMatchObject({
      status: 404,
      json: { error: 'unknown', message: 'The gateway has no realm of its own with this name.' },
    });
    expect((await get(`/realms/${REALM}?x=1`)).status).toBe(400);
  });

  it('is not there if the gateway is attached to another router', async () => {
    const { attachAndWait } = closing(await openAttachedFixture());
    const { gateway } = await attachAndWait(['listeners.ops.protocol = admin', 'listeners.ops.port = 0']);
    const [url] = gateway.adminEndpoints;
    expect((await fetch(`${url}/realms/${REALM}`)).status).toBe(404);
    const killed = await fetch(`${url}/realms/${REALM}/sessions/1/kill`, { method: 'POST' });
    expect([killed.status, await killed.json()]).toMatchObject([
      404,
      { message: expect.stringContaining('attached') },
    ]);
  });
});

describe('the end of a session by an operator', () => {
  it('is a GOODBYE, and is logged', async () => {
    const { post, gateway, log, get } = await open();
    const { client, id } = await join(gateway.url);
    expect(await post(`/realms/${REALM}/sessions/${id}/kill`)).toMatchObject({
      status: 200,
      json: { outcome: 'done', detail: 'the session has ended' },
    });
    expect(await client.next()).toEqual([
      MESSAGE.GOODBYE,
      { message: 'an operator has ended the session' },
      'wamp.close.killed',
    ]);
    expect((await get(`/realms/${REALM}`)).json).toMatchObject({ totals: { sessions: 1 } });
    expect(log.records()).toContainEqual(
      expect.objectContaining({
        msg: 'an operator acted',
        action: 'kill',
        realm: REALM,
        session: id,
        outcome: 'done',
      }),
    );
  });

  it.each(['1', '0', '-1', 'x', '1e3', '99999999999999999999'])('is not there for the ID %s', async (id) => {
    const { post, caller, log } = await open();
    expect((await post(`/realms/${REALM}/sessions/${id}/kill`)).status).toBe(404);
    expect((await post(`/realms/S3CR3T/sessions/${caller.session}/kill`)).status).toBe(404);
    expect(log.text()).not.toContain('S3CR3T');
    expect((await caller.call('com.billing.get_invoice', { id: 1 })).kind).toBe('result');
  });

  it('is refused for a session of the gateway itself', async () => {
    const { post, caller } = await open();
    const registration = await caller.call(
      'wamp.registration.lookup',
      {},
      { args: ['com.billing.get_invoice'] },
    );
    const callees = await caller.call('wamp.registration.list_callees', {}, { args: registration.args });
    const [[own]] = callees.args as [[number]];
    expect(await post(`/realms/${REALM}/sessions/${own}/kill`)).toMatchObject({
      status: 409,
      json: { error: 'impossible', message: expect.stringMatching(/session of the gateway itself/) },
    });
    expect((await caller.call('com.billing.get_invoice', { id: 1 })).kind).toBe('result');
  });

  it('needs POST', async () => {
    const { get, caller } = await open();
    expect((await get(`/realms/${REALM}/sessions/${caller.session}/kill`)).status).toBe(405);
  });
});
