import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedApi,
  callUntil,
  procedureLines,
  startAttackedApi,
} from '../../support/attacked-gateway.js';
import { ALL_ROLES } from '../../support/raw-client.js';
import { caseNamed } from '../../support/transport-matrix.js';

let gateway: AttackedApi;
beforeAll(async () => {
  gateway = await startAttackedApi(() => ({ json: { ok: true } }), procedureLines('get', { path: '/get' }));
});
afterAll(() => gateway.close());

/** Frames of a client without a payload: two octets and a mask (RFC 6455 §5.2). */
const frame = (first: number) => Buffer.from([first, 0x80, 0, 0, 0, 0]);
const [PONG, PING, TEXT_BEGINS, GOES_ON] = [0x8a, 0x89, 0x01, 0x00].map(frame) as Buffer[];

/** Octets that one read of Node takes, and connections that are full of them. */
const BYTES = 64 * 1024;
const CONNECTIONS = 100;

/** The frames of a connection in its first read. */
const FLOODS: Readonly<Record<string, readonly Buffer[]>> = {
  pongs: Array(Math.floor(BYTES / 6)).fill(PONG),
  fragments: [TEXT_BEGINS as Buffer, ...Array(Math.floor(BYTES / 6) - 1).fill(GOES_ON)],
};

interface Attacker {
  readonly ws: WebSocket;
  readonly socket: Socket;
}

async function joinRaw(): Promise<Attacker> {
  const ws = new WebSocket(gateway.urls[0], ['wamp.2.json'], { perMessageDeflate: false });
  const upgraded = once(ws, 'upgrade');
  await once(ws, 'open');
  const [{ socket }] = await upgraded;
  ws.send(JSON.stringify([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]));
  await once(ws, 'message');
  return { ws, socket };
}

/**
 * If the frames are read in one step, others get the responses of two or three rounds of the event
 * loop. If they are read in turns, that takes about a hundred rounds.
 */
const MANY = 5;

it.each(['pongs', 'fragments'])('Others are answered while many connections are full of %s', async (kind) => {
  const other = await gateway.join(caseNamed('WebSocket on a universal port, json'));
  const attackers = await Promise.all(Array.from({ length: CONNECTIONS }, joinRaw));
  const flood = Buffer.concat([...(FLOODS[kind] as Buffer[]), PING as Buffer]);
  const read = attackers.map(({ ws, socket }) => {
    socket.write(flood);
    return once(ws, 'pong');
  });
  expect(await callUntil(other, Promise.all(read))).toBeGreaterThan(MANY);
  await Promise.all(read);
  for (const { ws } of attackers) ws.terminate();
});
