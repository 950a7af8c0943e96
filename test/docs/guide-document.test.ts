import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/assembly/create-gateway.js';
import { parseConfig } from '../../src/config/load-config.js';
import { connectAutobahn } from '../support/autobahn.js';
import { type Caller, connectCaller, REALM } from '../support/caller.js';
import { readDocument } from '../support/documents.js';
import { type RunningGateway, startGateway } from '../support/gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { awsVariables, replaceAwsEnvironment, startSecretsManager } from '../support/secrets-manager.js';

const DOCUMENT = readDocument('docs/guide.md');

interface Section {
  readonly heading: string;
  /** Its code blocks of each language, in order. */
  readonly blocks: Record<string, string[]>;
  /** The procedure that it says is called. */
  procedure?: string;
}

const SECTIONS = readSections(DOCUMENT);

function readSections(markdown: string): readonly Section[] {
  const sections: Section[] = [];
  const parts = /^#+ (.*?)$|^```(\w+)\n(.*?)^```$|^Call `([\w.]+)` with/gms;
  for (const [, heading, language, code = '', procedure] of markdown.matchAll(parts)) {
    const section = sections.at(-1);
    if (heading !== undefined) sections.push({ heading, blocks: {} });
    else if (section === undefined) throw new Error('it does not begin with a heading');
    else if (procedure !== undefined) section.procedure = procedure;
    else section.blocks[language!] = [...(section.blocks[language!] ?? []), code];
  }
  return sections;
}

function blocksOf(heading: string, language: string): readonly string[] {
  const found = SECTIONS.find((section) => section.heading === heading)?.blocks[language];
  if (found === undefined) throw new Error(`docs/guide.md has no ${language} below ${heading}`);
  return found;
}

const inputOf = (golden: string) =>
  readDocument(`test/golden/config/${golden}`).split(/^-{40}$/m, 1)[0] as string;
const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const [SERVICE = '', FURTHER = ''] = blocksOf('Describe the API', 'ini');
const [OAUTH2 = ''] = blocksOf('OAuth2 client credentials', 'ini');
const [BASIC = ''] = blocksOf('Basic auth on the token request', 'ini');
const [API_KEY = '', MAPS = ''] = blocksOf('API key', 'ini');
const [SECRETS = ''] = blocksOf('Keep secrets out of the file', 'ini');
const [TRANSFORMS = ''] = blocksOf('A secret that holds a Basic header', 'ini');
const [JAVASCRIPT = ''] = blocksOf('JavaScript', 'js');
const [PYTHON = ''] = blocksOf('Python', 'python');
const CALLS = SECTIONS.filter(({ blocks }) => blocks['http'] !== undefined);

const INVOICE = { id: 'INV-001', amount: 1500, status: 'paid' };

describe('docs/guide.md', () => {
  it.each([
    ['service', SERVICE + OAUTH2, readDocument('examples/guide.conf')],
    ['basic auth', BASIC, readDocument('test/e2e/fixtures/guide-basic-auth.conf')],
    ['API key', API_KEY, readDocument('test/e2e/fixtures/guide-api-key.conf')],
    ['secrets', SECRETS, inputOf('guide-secrets.txt')],
    ['transforms', TRANSFORMS, inputOf('guide-transforms.txt')],
    ['JavaScript', JAVASCRIPT, readDocument('test/e2e/fixtures/guide-example.js.txt')],
    ['Python', PYTHON, readDocument('test/interop/autobahn_guide.py')],
  ])("has the guide's own example, unchanged: %s", (_, ours, theirs) => {
    const known = linesOf(theirs);
    expect(linesOf(ours).filter((line) => !known.includes(line))).toEqual([]);
    expect(linesOf(ours).length).toBeGreaterThan(1);
  });

  let api: RecordingUpstream;
  beforeAll(async () => {
    api = await startRecordingUpstream();
  });
  afterAll(() => api.close());
  beforeEach(() => api.clear());

  describe('calls', () => {
    let gateway: RunningGateway;
    let caller: Caller;
    beforeAll(async () => {
      gateway = await startGateway((SERVICE + FURTHER).replace('https://billing.example.com', api.url));
      caller = await connectCaller(gateway.url);
    });
    afterAll(async () => {
      await caller.close();
      await gateway.stop(0);
    });

    it('are five', () => {
      expect(CALLS).toHaveLength(5);
    });

    it.each(CALLS)('$heading', async ({ procedure, blocks }) => {
      const [kwargs = '', result = ''] = blocks['json'] ?? [];
      const [head = '', body = ''] = (blocks['http']?.[0] ?? '').trimEnd().split('\n\n');
      const [requestLine, ...headers] = head.split('\n');
      const expected = JSON.parse(result);
      api.respondWith(() => ({
        status: expected.status,
        ...(expected.body !== '' && { json: expected.body }),
      }));
      expect((await caller.call(procedure!, kwargs)).kwargs).toEqual(expected);
      const request = await api.arrived(1);
      expect(`${request.method} ${request.url}`).toBe(requestLine);
      expect(request.text).toBe(body);
      const sent = request.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
      );
      expect(headers.filter((line) => !sent.includes(line))).toEqual([]);
    });

    it.each([
      [
        200,
        INVOICE,
        [
          ['Status:', 200],
          ['Body:', INVOICE],
        ],
      ],
      [404, { error: 'none' }, [['Invoice not found']]],
      [502, { error: 'gone' }, [['Upstream error:', { error: 'gone' }]]],
    ])('of the JavaScript, where the API responds with %i', async (status, json, printed) => {
      api.respondWith(() => ({ status, json }));
      const client = await connectAutobahn(gateway.url, REALM);
      const out: unknown[][] = [];
      await new Promise<void>((resolve) => {
        const log = (...words: unknown[]) => {
          if (out.push(words) === printed.length) resolve();
        };
        new Function('session', 'console', JAVASCRIPT)(client.session, { log });
      });
      await client.close();
      expect(out).toEqual(printed);
    });
  });

  describe('logins', () => {
    let idp: RecordingUpstream;
    const open: (() => unknown)[] = [];
    beforeEach(async () => {
      idp = await startRecordingUpstream(() => ({ json: { access_token: 'tok-1', expires_in: 3600 } }));
      open.push(() => idp.close());
      api.respondWith(() => ({ json: INVOICE }));
    });
    afterEach(async () => {
      for (const close of open.splice(0).reverse()) await close();
    });

    const SECRET = {
      CLIENT_ID: 'id-of-secret',
      CLIENT_SECRET: 'key-of-secret',
      AUTHORIZATION_HEADER: `Basic ${btoa('id-of-header:key-of-header')}`,
    };
    const without = (text: string, key: string) =>
      linesOf(text)
        .filter((line) => !line.includes(key))
        .join('\n');
    const form = (id: string, secret: string) =>
      `grant_type=client_credentials&client_id=${id}&client_secret=${secret}`;

    /** One call through a configuration. */
    async function call(conf: string, procedure: string, kwargs: object): Promise<void> {
      const manager = await startSecretsManager(SECRET);
      open.push(() => manager.close());
      open.push(replaceAwsEnvironment(awsVariables(manager.url)));
      const text = conf
        .replace(/https:\/\/(billing|maps)\.example\.com/, api.url)
        .replace('https://idp.example.com', idp.url);
      const config = parseConfig(`${text}\nlisteners.test.port = 0\n`, { env: {} });
      expect(config.notices).toEqual([]);
      const gateway = createGateway(config);
      await gateway.start();
      open.push(() => gateway.stop(0));
      const caller = await connectCaller(gateway.endpoints[0] as string);
      open.push(() => caller.close());
      expect((await caller.call(procedure!, kwargs)).kwargs).toMatchObject({ status: 200 });
    }

    it.each([
      ['OAuth2 client credentials', SERVICE + OAUTH2, form('my-client-id', 'my-client-secret'), undefined],
      [
        'Basic auth on the token request',
        `${SERVICE + without(OAUTH2, 'fetch.body.client_')}\n${BASIC}`,
        'grant_type=client_credentials',
        `Basic ${btoa('my-client-id:my-client-secret')}`,
      ],
      [
        'Keep secrets out of the file',
        SERVICE + OAUTH2 + SECRETS,
        form('id-of-secret', 'key-of-secret'),
        undefined,
      ],
      [
        'A secret that holds a Basic header',
        `${SERVICE + OAUTH2 + without(SECRETS, 'secrets.vars.')}\n${TRANSFORMS}`,
        form('id-of-header', 'key-of-header'),
        undefined,
      ],
    ])('%s', async (_, conf, body, authorization) => {
      await call(conf, 'com.billing.get_invoice', { id: 'INV-001' });
      expect(idp.requests.map(({ text, headers }) => [text, headers.authorization])).toEqual([
        [body, authorization],
      ]);
      expect(api.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
        ['/api/invoices/INV-001', 'Bearer tok-1'],
      ]);
    });

    it('API key', async () => {
      await call(API_KEY + MAPS, 'com.maps.geocode', { q: 'Berlin' });
      expect(api.requests.map(({ url }) => url)).toEqual(['/geocode?q=Berlin&api_key=my-api-key-123']);
      expect(idp.requests).toEqual([]);
    });
  });
});
