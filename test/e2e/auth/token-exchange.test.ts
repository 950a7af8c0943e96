import { expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { answerCalls } from '../../support/answer-calls.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { byTicket, logIn } from '../../support/logins.js';
import { checkedBy } from '../../support/oidc-idp.js';
import { connectRaw } from '../../support/raw-client.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';
import { EXCHANGE_CLIENT, startTokenExchangeIdp } from '../../support/token-exchange.js';

const REALM = 'com.example.myrealm';
const AUTHENTICATE = 'com.example.authenticate';
const closeLater = closeAfterEach();

/**
 * Users log in with their access tokens as tickets. The authenticator keeps the token as meta, and the
 * gateway exchanges it (RFC 8693) for a token of the same user.
 */
it('exchanges the token of each user at a real identity provider', async () => {
  const { idp, userToken } = await startTokenExchangeIdp();
  closeLater(() => idp.close());
  const api = await startRecordingUpstream(checkedBy(idp));
  closeLater(() => api.close());
  const conf = billingConf(
    api.url,
    `+auth.fetch.url = ${idp.url}/oauth/token`,
    '+auth.fetch.body_encoding = form',
    '+auth.fetch.body.grant_type = urn:ietf:params:oauth:grant-type:token-exchange',
    '+auth.fetch.body.subject_token = {{caller.meta.token}}',
    '+auth.fetch.body.subject_token_type = urn:ietf:params:oauth:token-type:access_token',
    '+auth.fetch.basic_auth.username = {{client_id}}',
    '+auth.fetch.basic_auth.password = {{client_secret}}',
    '+auth.fetch.basic_auth.encoding = form',
    '+auth.fetch.token_path = access_token',
    '+auth.fetch.expires_in_path = expires_in',
    '+auth.apply.format = Bearer {{token}}',
    `+auth.vars.client_id = ${EXCHANGE_CLIENT.id}`,
    `+auth.vars.client_secret = ${EXCHANGE_CLIENT.secret}`,
  );
  const users = [{ username: 'backend', password: 'secret', groups: ['backends'] }];
  const gateway = await startSecuredGateway([{ uri: REALM, users, groups: [{ name: 'backends' }] }], {
    lines: [conf, `security.realms.${REALM}.authenticator = ${AUTHENTICATE}`],
  });
  closeLater(() => gateway.stop(0));
  const connect = async () => closeLater(await connectRaw(gateway.url));

  const backend = await connect();
  await logIn(backend, REALM, byTicket('backend', 'secret'));
  backend.send([MESSAGE.REGISTER, 1, {}, AUTHENTICATE]);
  await backend.next();
  answerCalls(backend, (args) => {
    const { ticket } = args[2] as { readonly ticket: string };
    return { result: { role: 'user', authid: args[1], meta: { token: ticket } } };
  });

  async function callAs(user: string, ticket: string) {
    const client = await connect();
    expect((await logIn(client, REALM, byTicket(user, ticket)))[0]).toBe(MESSAGE.WELCOME);
    return async () => {
      client.send([MESSAGE.CALL, 1, {}, 'com.billing.get_invoice', [], { id: 1 }]);
      const message = await client.next();
      return message[message[0] === MESSAGE.ERROR ? 6 : 4] as Record<string, unknown>;
    };
  }
  const alice = await callAs('alice', await userToken('alice'));
  const bob = await callAs('bob', await userToken('bob'));
  const mallory = await callAs('mallory', 'forged');
  for (let round = 0; round < 2; round++) {
    expect(await alice()).toMatchObject({ status: 200, body: { active: true, sub: 'alice' } });
    expect(await mallory()).toMatchObject({ status: 503, code: 'auth' });
    expect(await bob()).toMatchObject({
      status: 200,
      body: { active: true, sub: 'bob', client_id: EXCHANGE_CLIENT.id },
    });
  }
  expect(idp.tokenRequests).toBe(3);
});
