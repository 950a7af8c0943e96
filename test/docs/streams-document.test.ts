import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/wamp/client/session.js';
import { readDocument } from '../support/documents.js';
import { type RunningGateway, startGateway } from '../support/gateway.js';
import { joinOverWebSocket } from '../support/joined-session.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { callStream } from '../support/stream-caller.js';

const DOCUMENT = readDocument('docs/streams.md');
const EXAMPLES = [
  ...DOCUMENT.matchAll(
    /The API sends with `(?<type>[^`]+)`:\n\n```text\n(?<body>[^`]*)```\n\nThe caller gets [^\n]*:\n\n```json\n(?<results>[^`]*)```/g,
  ),
].map(({ groups }) => groups as { type: string; body: string; results: string });
const [, SERVICE = ''] =
  /In the examples of this page the service is:\n\n```ini\n([^`]*)```/.exec(DOCUMENT) ?? [];
const [, RESUMING = ''] = /in the header `Last-Event-ID`:\n\n```ini\n([^`]*)```/.exec(DOCUMENT) ?? [];
const [, PROGRAM = ''] = /```js\n([^`]*)```/.exec(DOCUMENT) ?? [];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('docs/streams.md', () => {
  let upstream: RecordingUpstream;
  let gateway: RunningGateway;
  let session: Session;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const conf = `${SERVICE}${RESUMING}`.replace('https://shop.example.com', upstream.url);
    gateway = await startGateway(conf);
    session = await joinOverWebSocket(gateway.url);
  });
  afterAll(async () => {
    await session.leave();
    await gateway.stop(0);
    await upstream.close();
  });

  const respondWith = ({ type, body }: { type: string; body: string }): void =>
    upstream.respondWith(() => ({ headers: { 'content-type': type }, body }));

  it('has an example for each form of a stream', () => {
    expect(EXAMPLES.map(({ type }) => type)).toEqual(['text/event-stream', 'application/x-ndjson']);
  });

  it.each(EXAMPLES)('shows the results of $type', async ({ results, ...response }) => {
    respondWith(response);
    const call = callStream(session, 'com.shop.watch');
    const { kwargs } = await call.ended;
    const shown = results
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect([...call.parts, kwargs]).toEqual(shown);
  });

  it('shows a program that prints the data of each event', async () => {
    respondWith(EXAMPLES[0] as (typeof EXAMPLES)[number]);
    const program = PROGRAM.replace('ws://127.0.0.1:18080/ws', gateway.url);
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: ROOT,
    });
    expect(stdout).toBe('{ order: 7, amount: 12.5 }\n[DONE]\nthe end, after 2\n');
  });

  it('shows how a caller continues a stream', async () => {
    upstream.clear();
    respondWith(EXAMPLES[0] as (typeof EXAMPLES)[number]);
    await callStream(session, 'com.shop.watch', { last_event_id: '41' }).ended;
    expect((await upstream.arrived(1)).headers['last-event-id']).toBe('41');
  });
});
