import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/assembly/create-gateway.js';
import { loadConfig } from '../../src/config/load-config.js';
import { MESSAGE } from '../../src/wamp/messages.js';
import { answerCalls } from '../support/answer-calls.js';
import { closeAfterEach } from '../support/close-after-each.js';
import { readDocument } from '../support/documents.js';
import { type Idp, startIdp, tokenOf } from '../support/idp.js';
import { iniBlocks } from '../support/ini-blocks.js';
import { sectionsWithJson } from '../support/json-blocks.js';
import { byTicket, logIn, PRIVATE_KEY, pemOf } from '../support/logins.js';
import { connectRaw } from '../support/raw-client.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const DOCUMENT = readDocument('docs/callers.md');
const BLOCKS = iniBlocks(DOCUMENT);
const [USERS, RESULT] = sectionsWithJson(DOCUMENT).flatMap(({ json }) => json);
const REALM = 'com.example.myrealm';

/** What the token endpoint gets for alice and for bob, by the heading. */
const EXPECTED: Readonly<Record<string, (user: string) => readonly string[]>> = {
  'A token by name': (user) => [
    user === 'alice' ? '/acme/impersonate' : '/globex/impersonate',
    `{"user":"${user}","role":"staff"}`,
  ],
  'A token by signature': (user) => [
    '/oauth/token',
    `grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=${user} of ${user === 'alice' ? 'acme' : 'globex'}`,
  ],
  'Token exchange': (user) => [
    '/oauth/token',
    `grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=${user}%27s+password` +
      '&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&audience=https%3A%2F%2Fbilling.example.com%2F',
  ],
  'On-behalf-of': (user) => [
    '/acme/oauth2/v2.0/token',
    `grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&client_id=my-client-id&client_secret=s%2B%3Acret&assertion=${user}%27s+password` +
      '&scope=https%3A%2F%2Fbilling.example.com%2F.default&requested_token_use=on_behalf_of',
  ],
};

const closeLater = closeAfterEach();
let api: RecordingUpstream;
let idp: Idp;
let folder: TemporaryFolder;
beforeEach(async () => {
  api = await startRecordingUpstream();
  idp = await startIdp();
  folder = createTemporaryFolder();
});
afterEach(async () => {
  await Promise.all([api.close(), idp.close()]);
  folder.remove();
});

/** Shows whom a JWT is about, because the rest of it is new each time. */
const withClaims = (text: string): string =>
  text.replace(/ey[\w-]+\.([\w-]+)\.[\w-]+/, (_, claims: string) => {
    const { sub, tenant } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, string>;
    return `${sub} of ${tenant}`;
  });

/** Runs a block as it stands, but for the hosts of its two URLs. Returns the address for clients. */
async function start(block: string): Promise<string> {
  const isDynamic = block.includes('.authenticator = ');
  const backend = { username: 'backend', password: 'secret', groups: ['backends'] };
  const grants = [
    { roles: ['backends'], permissions: ['wamp.register'], uri: 'com.example.', match: 'prefix' },
    { roles: 'all', permissions: ['wamp.call'], uri: 'com.billing.', match: 'prefix' },
  ];
  const realm = { uri: REALM, users: [backend], groups: [{ name: 'backends' }], grants };
  folder.write('keys/billing.pem', pemOf(PRIVATE_KEY));
  folder.write('security.json', isDynamic ? JSON.stringify([realm]) : USERS!);
  const text = block
    .replace(/(?<=\.base_url = )https:\/\/\w+\.example\.com/, api.url)
    .replace(/(?<=\.auth\.fetch\.url = )https:\/\/idp\.example\.com/, idp.origin);
  const more = isDynamic ? 'security.config_file = security.json\n' : '';
  const path = folder.write('bondy.conf', `${text}${more}listeners.test.port = 0\n`);
  const env = { BILLING_SECRET: 's+:cret' };
  const config = loadConfig(path, { env });
  expect(config.notices).toEqual([]);
  const gateway = createGateway(config, { env });
  await gateway.start();
  closeLater(() => gateway.stop(0));
  const [url = ''] = gateway.endpoints;
  if (isDynamic) await authenticate(url);
  return url;
}

/** The authenticator of the page: it returns the ticket as meta. */
async function authenticate(url: string): Promise<void> {
  const backend = closeLater(await connectRaw(url));
  await logIn(backend, REALM, byTicket('backend', 'secret'));
  backend.send([MESSAGE.REGISTER, 1, {}, 'com.example.authenticate']);
  await backend.next();
  const example = JSON.parse(RESULT!) as { readonly role: string; readonly meta: object };
  expect(Object.keys(example.meta)).toEqual(['token']);
  answerCalls(backend, (args) => {
    const { ticket } = args[2] as { readonly ticket: string };
    return { result: { ...example, authid: args[1], meta: { token: ticket } } };
  });
}

describe('docs/callers.md', () => {
  it('has one configuration below a heading, and each of them is run here', () => {
    expect(BLOCKS.map(({ heading }) => heading)).toEqual(Object.keys(EXPECTED));
  });

  it.each(BLOCKS)('$heading', async ({ heading, text }) => {
    const url = await start(text);
    const requestOf = EXPECTED[heading]!;
    const users = ['alice', 'bob'];
    for (const user of [...users, ...users]) {
      const client = closeLater(await connectRaw(url));
      expect((await logIn(client, REALM, byTicket(user, `${user}'s password`)))[0]).toBe(MESSAGE.WELCOME);
      client.send([MESSAGE.CALL, 1, {}, 'com.billing.get_invoice', [], { id: 'INV-001' }]);
      expect((await client.next())[4]).toMatchObject({ status: 200 });
    }
    expect(idp.requests.map((request) => [request.url, withClaims(request.text)])).toEqual(
      users.map(requestOf),
    );
    expect(api.requests.map(tokenOf)).toEqual(['token-1', 'token-2', 'token-1', 'token-2']);
  });
});
