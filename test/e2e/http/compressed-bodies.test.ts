import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { previewRequest } from '../../../src/assembly/preview-request.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { previewCurl } from '../../../src/gateway/preview-curl.js';
import { billingConf } from '../../support/billing-conf.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import type { RecordedRequest } from '../../support/recording-upstream.js';
import { shellWords } from '../../support/shell-words.js';

const CREATE = 'com.billing.create_invoice';
const PROC = '+procedures.create_invoice';

let fixture: GatewayFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

const open = async (...lines: string[]): Promise<GatewayFixture> => {
  fixture = await openGatewayFixture({ lines: ['+request.compress = gzip', ...lines] });
  return fixture;
};
const codingOf = ({ headers }: RecordedRequest) => headers['content-encoding'];
const textOf = (request: RecordedRequest) => gunzipSync(request.body).toString();
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const noteOf = (bytes: number) => 'né '.repeat(bytes / 4);

describe('request.compress = gzip', () => {
  it.each([1_025, 15_000, 100_000, 8_000_000])('sends a body of %i bytes compressed', async (bytes) => {
    const { caller, upstream } = await open();
    const json = JSON.stringify({ note: noteOf(bytes) });
    expect(await caller.call(CREATE, json)).toMatchObject({ kind: 'result' });
    const [request] = upstream.requests;
    expect(codingOf(request!)).toBe('gzip');
    expect(request!.headers['content-length']).toBe(String(request!.body.length));
    expect(request!.headers['content-type']).toBe('application/json');
    expect(digest(textOf(request!))).toBe(digest(json));
    expect(request!.body.length).toBeLessThan(json.length);
  });

  it('sends a body of up to 1 KB as it is, and no body as none', async () => {
    const { caller, upstream } = await open();
    const room = 1_024 - '{"a":""}'.length;
    await caller.call(CREATE, { a: 'x'.repeat(room) });
    await caller.call(CREATE, { a: 'x'.repeat(room + 1) });
    await caller.call(CREATE, {});
    await caller.call('com.billing.get_invoice', { id: 1 });
    expect(upstream.requests.map(codingOf)).toEqual([undefined, 'gzip', undefined, undefined]);
    expect(upstream.requests[0]!.body.length).toBe(1_024);
  });

  it('compresses every kind of body, and obeys the key of a procedure', async () => {
    const { caller, upstream } = await open(
      `${PROC}.body_encoding = multipart`,
      '+procedures.update_invoice.body_encoding = raw',
      '+procedures.update_invoice.body = {{data}}',
      '+procedures.delete_invoice.remaining = body',
      '+procedures.delete_invoice.request.compress = off',
    );
    const bytes = randomBytes(20_000);
    await caller.call(CREATE, { file: `\0${bytes.toString('base64')}` });
    await caller.call('com.billing.update_invoice', { id: 1, data: `\0${bytes.toString('base64')}` });
    await caller.call('com.billing.delete_invoice', { id: 1, note: noteOf(2_000) });
    const [multipart, raw, plain] = upstream.requests;
    expect(gunzipSync(multipart!.body).includes(bytes)).toBe(true);
    expect(gunzipSync(raw!.body).equals(bytes)).toBe(true);
    expect([codingOf(plain!), plain!.text]).toEqual([undefined, JSON.stringify({ note: noteOf(2_000) })]);
  });

  it.each(['Content-Encoding', 'Content-Digest', 'Repr-Digest', 'Digest', 'Content-MD5'])(
    'leaves a body alone whose caller sends %s',
    async (name) => {
      const { caller, upstream } = await open();
      const kwargs = { note: noteOf(2_000) };
      await caller.call(CREATE, { ...kwargs, _headers: { [name]: 'x' } });
      expect(upstream.requests[0]!.text).toBe(JSON.stringify(kwargs));
    },
  );

  it('sends the same bytes in each attempt', async () => {
    const { caller, upstream } = await open(
      '+retry.statuses = 503',
      '+retries = 2',
      `${PROC}.idempotency_header = Idempotency-Key`,
    );
    upstream.respondWith(({ number }) => ({ status: number < 3 ? 503 : 200 }));
    await caller.call(CREATE, { note: noteOf(200_000) });
    const [first, ...others] = upstream.requests;
    expect(others).toHaveLength(2);
    for (const { body } of others) expect(body.equals(first!.body)).toBe(true);
  });

  it('ends a call that is cancelled meanwhile, and goes on with others', async () => {
    const { caller, upstream } = await open();
    const note = randomBytes(4_000_000).toString('base64');
    const running = Array.from({ length: 6 }, () => {
      const answered = caller.call(CREATE, { note });
      return { answered, request: caller.lastRequest };
    });
    for (const { request } of running.slice(0, 5)) caller.cancel('kill', request);
    const answers = await Promise.all(running.map(({ answered }) => answered));
    expect(answers.slice(0, 5).every(({ uri }) => uri === 'wamp.error.canceled')).toBe(true);
    expect(answers[5]).toMatchObject({ kind: 'result' });
    expect(textOf(upstream.requests.at(-1)!)).toBe(JSON.stringify({ note }));
  });

  it('refuses calls beyond pool.max_waiting_bytes with overload', async () => {
    const { caller } = await open('+pool.max_waiting_bytes = 1MB');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => caller.call(CREATE, { note: noteOf(400_000) })),
    );
    const refused = answers.filter(({ kwargs }) => kwargs['code'] === 'overload');
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeGreaterThan(0);
    expect(await caller.call(CREATE, { note: noteOf(400_000) })).toMatchObject({ kind: 'result' });
  });

  it('shows the body and its compression in --dry-run', () => {
    const conf = billingConf('https://billing.example.com/api', '+request.compress = gzip');
    const config = parseConfig(conf, { env: {} });
    const preview = (note: string) => previewRequest(config, CREATE, undefined, { note });
    const shown = preview(`it's ${noteOf(2_000)}`);
    expect(shown.isCompressed).toBe(true);
    expect(shown.request.headers).toContain('Content-Encoding');
    const [print, gzip, curl] = previewCurl(shown).split(/ \|\s+/);
    expect(shellWords(print!).map(String)).toEqual(['printf', '%s', shown.request.body]);
    expect(gzip).toBe('gzip -c');
    expect(curl).toContain("-H 'Content-Encoding: gzip'");
    expect(curl).toContain('--data-binary @-');
    const short = preview('short');
    expect([short.isCompressed, previewCurl(short).includes('gzip -c')]).toEqual([false, false]);
  });
});
