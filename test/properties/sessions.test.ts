import { isUtf8 } from 'node:buffer';
import { join as joinPath } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/log.js';
import { MESSAGE, type Message } from '../../src/wamp/messages.js';
import type { Serializer } from '../../src/wamp/serializers/serializer.js';
import { FRAME_CLIENTS, type FrameClient } from '../support/frame-client.js';
import { type RouterHost, startRouterHost, untilEmpty } from '../support/router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { SERIALIZERS } from '../support/transport-matrix.js';
import { createFrames } from './frames.js';

/** Frames for each transport and serializer; test/sessions-long-run.js asks for 100,000. */
const FRAMES = Number(process.env['SESSION_FRAMES'] ?? 200);
const SEED = Number(process.env['SESSION_FRAMES_SEED'] ?? Date.now() % 2 ** 31);
/** Allowed growth of the heap while all frames after the first quarter are sent. */
const HEAP_SLACK = 24 * 1024 * 1024;
const PROGRESS_EVERY = 10_000;

const ROLES = { caller: {}, callee: {}, publisher: {}, subscriber: {} };
const HELLO: Message = { type: MESSAGE.HELLO, realm: 'realm1', details: { roles: ROLES } };
/** The request ID of the call behind each frame. No frame has this ID. */
const QUESTION = 2 ** 52 + 12_345;
const CALL: Message = {
  type: MESSAGE.CALL,
  request: QUESTION,
  options: {},
  procedure: 'no.such',
  payload: {},
};

/** Where the frames go: each transport on its own port, and both on a universal port. */
const PLACES = [
  { place: 'websocket', protocol: 'websocket', clients: ['websocket'], unix: false },
  { place: 'rawsocket over tcp', protocol: 'rawsocket', clients: ['rawsocket'], unix: false },
  { place: 'rawsocket over a unix socket', protocol: 'rawsocket', clients: ['rawsocket'], unix: true },
  { place: 'a universal port', protocol: 'universal', clients: ['websocket', 'rawsocket'], unix: false },
] as const;

const CASES = PLACES.flatMap((place) =>
  SERIALIZERS.map((serializer) => [place.place, serializer.name, { ...place, serializer }] as const),
);

describe('a session that gets random frames', () => {
  let folder: TemporaryFolder;
  let host: RouterHost;
  let errors: string[];
  beforeEach(() => {
    errors = [];
    folder = createTemporaryFolder();
  });
  afterEach(async () => {
    await untilEmpty(host);
    await host.dispose();
    folder.remove();
    expect(errors).toEqual([]);
  });

  it.each(CASES)(
    `over %s in %s goes on, or is aborted for a protocol violation (seed ${SEED})`,
    { timeout: 0 },
    async (place, name, { protocol, clients, unix, serializer }) => {
      const log = createLogger('error', { write: (line) => void errors.push(line) });
      const socket = unix ? joinPath(folder.path, 'router.sock') : undefined;
      host = await startRouterHost({ router: { log }, listener: { log, protocol, socket } });
      const next = createFrames(serializer, SEED);
      let client: FrameClient | undefined;
      let joined = 0;
      let aborted = 0;
      let before = 0;
      for (let count = 1; count <= FRAMES; count++) {
        if (client === undefined) {
          const at = joined++ % clients.length;
          client = await join(
            clients[at] as keyof typeof FRAME_CLIENTS,
            host.listener.urls[at] ?? '',
            serializer,
          );
        }
        const frame = next();
        client.send(frame);
        client.send(encode(serializer, CALL));
        if (!(await goesOn(client, serializer, frame))) {
          aborted++;
          client.close();
          client = undefined;
        }
        if (count === FRAMES / 4) before = heapUsed();
        if (count % PROGRESS_EVERY === 0) {
          const grown = before === 0 ? 'not measured yet' : `${Math.round((heapUsed() - before) / 1024)} KiB`;
          console.log(`${place}, ${name}: ${count} frames, ${aborted} aborts, heap grown by ${grown}`);
        }
      }
      client?.close();
      expect(heapUsed() - before).toBeLessThan(HEAP_SLACK);
      // If every session was aborted, or none, the test would prove little.
      expect(aborted).toBeGreaterThan(FRAMES / 20);
      expect(aborted).toBeLessThan(FRAMES * 0.95);
    },
  );

  it.each(CASES)(
    `over %s in %s joins, is refused or is aborted, when they come first (seed ${SEED})`,
    { timeout: 0 },
    async (_place, _name, { protocol, clients, unix, serializer }) => {
      const log = createLogger('error', { write: (line) => void errors.push(line) });
      const socket = unix ? joinPath(folder.path, 'router.sock') : undefined;
      host = await startRouterHost({ router: { log }, listener: { log, protocol, socket } });
      const next = createFrames(serializer, SEED + 1);
      const violations = { count: 0 };
      for (let count = 0; count < FRAMES / 10; count++) {
        const at = count % clients.length;
        const way = clients[at] as keyof typeof FRAME_CLIENTS;
        const client = await FRAME_CLIENTS[way](host.listener.urls[at] ?? '', serializer);
        const frame = next();
        client.send(frame);
        if ((await answerToFirst(client, serializer, frame)) === 'protocol violation') violations.count++;
        client.close();
      }
      // A quarter of them at least; over WebSocket, text that is none is closed with 1007 instead.
      expect(violations.count).toBeGreaterThan(FRAMES / 100);
    },
  );
});

/** The response to a frame instead of HELLO. */
async function answerToFirst(
  client: FrameClient,
  serializer: Serializer,
  frame: Buffer,
): Promise<'protocol violation' | 'other'> {
  const context = `frame ${frame.toString('hex')}`;
  const answer = await client.next();
  if (answer === undefined) {
    if (client.closeCode === 1007) expect([serializer.name, isUtf8(frame)], context).toEqual(['json', false]);
    else expect(decode(serializer, frame).type, context).toBe(MESSAGE.ABORT);
    return 'other';
  }
  const message = decode(serializer, answer);
  if (message.type !== MESSAGE.ABORT) {
    expect([message.type, decode(serializer, frame).type], context).toEqual([MESSAGE.WELCOME, MESSAGE.HELLO]);
    return 'other';
  }
  expect(await client.next(), context).toBeUndefined();
  if (message.reason === 'wamp.error.protocol_violation') return 'protocol violation';
  expect(decode(serializer, frame).type, context).toBe(MESSAGE.HELLO);
  expect(message.reason, context).toBe('wamp.error.no_such_realm');
  return 'other';
}

async function join(
  transport: keyof typeof FRAME_CLIENTS,
  url: string,
  serializer: Serializer,
): Promise<FrameClient> {
  const client = await FRAME_CLIENTS[transport](url, serializer);
  client.send(encode(serializer, HELLO));
  const welcome = await client.next();
  expect(welcome && decode(serializer, welcome).type).toBe(MESSAGE.WELCOME);
  return client;
}

/**
 * Waits for the end of a session or for its response to the call behind the frame, which gives
 * true.
 */
async function goesOn(client: FrameClient, serializer: Serializer, frame: Buffer): Promise<boolean> {
  const context = `frame ${frame.toString('hex')}`;
  for (;;) {
    const answer = await client.next();
    if (answer === undefined) {
      // Without a word: after its own ABORT, and where WebSocket itself refuses text that is none.
      if (client.closeCode === 1007)
        expect([serializer.name, isUtf8(frame)], context).toEqual(['json', false]);
      else expect(decode(serializer, frame).type, context).toBe(MESSAGE.ABORT);
      return false;
    }
    const message = decode(serializer, answer);
    if (message.type === MESSAGE.ABORT) {
      expect(message.reason, context).toBe('wamp.error.protocol_violation');
      expect(await client.next(), context).toBeUndefined();
      return false;
    }
    if (message.type === MESSAGE.ERROR && message.request === QUESTION) return true;
  }
}

function encode(serializer: Serializer, message: Message): Buffer {
  return Buffer.from(serializer.encode(message) as Uint8Array);
}

function decode(serializer: Serializer, frame: Buffer): Message {
  return serializer.decode(serializer.binary ? frame : frame.toString());
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
