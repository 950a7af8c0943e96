import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/assembly/create-gateway.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { CallErrorCode } from '../../src/errors.js';
import { callErrorReply } from '../../src/gateway/pipeline/call-error.js';
import { AUTHENTICATION_CASES, type AuthenticationCase } from '../support/authentication-cases.js';
import { type Answer, type Caller, connectCaller, ownError } from '../support/caller.js';
import { readDocument, tableBelow } from '../support/documents.js';
import { startFakeVault } from '../support/fake-vault.js';
import { iniBlocks } from '../support/ini-blocks.js';
import {
  type RecordedRequest,
  type RecordingUpstream,
  startRecordingUpstream,
} from '../support/recording-upstream.js';
import { awsVariables, replaceAwsEnvironment, startSecretsManager } from '../support/secrets-manager.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { operateVault } from '../support/vault-fixture.js';

const DOCUMENT = readDocument('docs/authentication.md');
const BLOCKS = iniBlocks(DOCUMENT);

/** What the rooms that deal with credentials say to the log, bugs apart: level and sentence. */
function loggedSentences(): string[][] {
  const found: string[][] = [];
  const rooms = ['src/auth', 'src/secrets'].flatMap((room) =>
    readdirSync(new URL(`../../${room}`, import.meta.url), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${room}/${name}`,
    ),
  );
  for (const file of [...rooms, 'src/gateway/service.ts']) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    for (const [, level, words = ''] of readDocument(file).matchAll(
      /\blog\.(debug|info|warn)\((.*?)\);\n/gs,
    )) {
      for (const [, sentence] of words.matchAll(/'([^']* [^']*)'/g)) found.push([level!, sentence!]);
    }
  }
  return found;
}

/** Headers that say nothing of authentication. */
const OTHERS = ['host', 'connection', 'user-agent', 'accept-encoding', 'content-length'];

/** A JWT is new for each request, so that `JWT` stands for it. */
const withoutJwt = (text: string): string => text.replace(/ey[\w-]+\.ey[\w-]+\.[\w-]+/g, 'JWT');

/** A signature of AWS is new for each request. */
const withoutTime = (value: string): string =>
  value
    .replace(/^\d{8}T\d{6}Z$/, 'DATE')
    .replace(/(?<=Credential=\w+\/)\d{8}/, 'DATE')
    .replace(/(?<=Signature=)[0-9a-f]{64}$/, 'SIGNATURE');

/** A request as lines, from the request line to the body. */
function lines({ method, url, rawHeaders, text }: RecordedRequest): readonly string[] {
  const headers: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!OTHERS.includes(name)) headers.push(`${name}: ${withoutTime(rawHeaders[i + 1]!)}`);
  }
  return [`${method} ${url}`, ...headers, '', withoutJwt(text)];
}

describe('docs/authentication.md', () => {
  let api: RecordingUpstream;
  let idp: RecordingUpstream;
  let folder: TemporaryFolder;
  const open: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    api = await startRecordingUpstream();
    idp = await startRecordingUpstream();
    folder = createTemporaryFolder();
  });
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
    await Promise.all([api.close(), idp.close()]);
    folder.remove();
  });

  /** Runs a block as it stands, but for the hosts of its two URLs. */
  async function run(block: string, around: AuthenticationCase): Promise<Caller> {
    const { files = {}, secret, tokenResponse, tokenReply } = around;
    for (const [name, content] of Object.entries(files)) {
      folder.write(name, typeof content === 'string' ? content : JSON.stringify(content));
    }
    if (secret !== undefined) await keepInSecretsManager(secret);
    const vault = around.vaultSecret && (await keepInVault(around.vaultSecret));
    if (tokenResponse ?? tokenReply) idp.respondWith(() => ({ json: tokenResponse, ...tokenReply }));
    const env = { ...around.env, ...(vault && { VAULT_ROLE_ID: vault.roleId }) };
    const text = block
      .replace('https://vault.example.com:8200', vault?.address ?? '')
      .replace(/(?<=\.base_url = )https:\/\/\w+\.example\.com/, api.url)
      .replace(/(?<=\.auth\.fetch\.url = )https:\/\/idp\.example\.com/, idp.url);
    expect(text).not.toMatch(/url = https/);
    const config = loadConfig(folder.write('bondy.conf', `${text}listeners.test.port = 0\n`), { env });
    expect(config.notices).toEqual([]);
    const gateway = createGateway(config, { env, random: () => 0 });
    await gateway.start();
    open.push(() => gateway.stop(0));
    const caller = await connectCaller(gateway.endpoints[0]!);
    open.push(() => caller.close());
    return caller;
  }

  async function keepInSecretsManager(secret: object): Promise<void> {
    const manager = await startSecretsManager(secret);
    open.push(() => manager.close());
    const restore = replaceAwsEnvironment(awsVariables(manager.url));
    open.push(async () => restore());
  }

  async function keepInVault(secret: object): Promise<{ address: string; roleId: string }> {
    const vault = await startFakeVault();
    open.push(() => vault.close());
    const operator = await operateVault(vault);
    await operator.write('secret/data/billing', secret);
    const { roleId, secretId } = await operator.createAppRole();
    folder.write('secrets/vault-secret-id', secretId);
    return { address: vault.address, roleId };
  }

  it('has one block below a heading, and each of them is run here', () => {
    expect(BLOCKS.map(({ heading }) => heading)).toEqual(Object.keys(AUTHENTICATION_CASES));
  });

  it.each(BLOCKS)('$heading', async ({ heading, text }) => {
    const around = AUTHENTICATION_CASES[heading]!;
    const caller = await run(text, around);
    const answers: Answer[] = [];
    for (let i = 0; i < 2; i += 1) answers.push(await caller.call(...around.call));
    expect(answers.map(({ kwargs }) => kwargs)).toEqual(
      [1, 2].map(() => ({ status: 200, body: { ok: true } })),
    );
    expect(api.requests.map(lines)).toEqual([around.apiRequest, around.apiRequest]);
    expect(idp.requests.map(lines)).toEqual(around.tokenRequest === undefined ? [] : [around.tokenRequest]);
  });

  it('tells of every record of the log, and of no other', () => {
    const rows = tableBelow(DOCUMENT, '## What the log says').map((cells) => cells.slice(0, 2));
    expect(rows.toSorted()).toEqual([...loggedSentences(), ['warn', 'call failed']].toSorted());
  });

  it("quotes the gateway's own sentences", () => {
    for (const [code, message] of tableBelow(DOCUMENT, '## What a caller sees')) {
      const reply = callErrorReply({ code: code as CallErrorCode, attempts: 0, id: '' });
      if (message !== '–') expect(reply).toMatchObject({ code, kwargs: { message } });
    }
  });

  it('an error inside a 200 is one, whatever stands at token_path', async () => {
    const { heading, text } = BLOCKS.find((block) => block.heading === 'Errors inside a 200')!;
    const tokenResponse = { errcode: 40_001, errmsg: 'no', result: { token: 'tok-1' } };
    const caller = await run(text, { ...AUTHENTICATION_CASES[heading]!, tokenResponse });
    const answer = await caller.call(...AUTHENTICATION_CASES[heading]!.call);
    expect(ownError(answer)).toMatchObject({ status: 503, code: 'auth', retry_after: 1 });
    expect([idp.requests.length, api.requests.length]).toEqual([1, 0]);
  });
});
