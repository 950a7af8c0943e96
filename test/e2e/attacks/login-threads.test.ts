import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hashPassword } from '../../../src/cli/hash-password.js';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { FRAMES, type Frames } from '../../support/frames.js';
import { ALL_ROLES, connectRaw, rawOver } from '../../support/raw-client.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';
import { SERIALIZERS } from '../../support/transport-matrix.js';

/** Logins to a realm whose password hash takes about 100 ms. */
const LOGINS = 16;
const PASSWORD = await hashPassword('right', 300_000);

const closeLater = closeAfterEach();

async function start() {
  const upstream = closeLater(
    await startRecordingUpstream(() => ({
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync('{"ok":true}'),
    })),
  );
  const service = 'rpc_gateway.services.api';
  const gateway = await startSecuredGateway(
    [{ uri: 'guarded', users: [{ username: 'alice', password: PASSWORD }] }],
    {
      lines: [
        'listeners.test.protocol = universal',
        `${service}.base_url = ${upstream.url}`,
        `${service}.procedures.get.uri = com.api.get`,
        `${service}.procedures.get.realm = open`,
        `${service}.procedures.get.path = /`,
      ],
    },
  );
  const [webSocket = '', rawSocket = ''] = gateway.endpoints;
  const caller = await connectCaller(webSocket, 'open');
  closeLater(() => gateway.stop(0));
  closeLater(caller);
  return { caller, webSocket, rawSocket };
}

const framesOf = (format: string): Frames => FRAMES.find(({ name }) => name === format)!;

/** The part of a client that this attack needs. */
interface Guesser {
  send(message: readonly unknown[]): void;
  next(): Promise<readonly unknown[]>;
  close(): void;
}

/** Connects from its own loopback address. */
async function connectFrom(localAddress: string, url: string, frames: Frames): Promise<Guesser> {
  const ws = new WebSocket(url, [frames.subprotocol], { localAddress });
  ws.on('error', () => {});
  await new Promise((resolve) => ws.once('open', resolve));
  return {
    send: (message) => ws.send(frames.write(message)),
    next: () => new Promise((resolve) => ws.once('message', (data) => resolve(frames.read(data as Buffer)))),
    close: () => ws.terminate(),
  };
}

describe('many simultaneous logins with slow password hashes', () => {
  it.each([
    ['over WebSocket in JSON', ({ webSocket }: Urls) => connectRaw(webSocket)],
    [
      'over RawSocket in MessagePack',
      async ({ rawSocket }: Urls) => rawOver(await dialRouter(rawSocket, { serializer: SERIALIZERS[1] })),
    ],
    [
      'over WebSocket in CBOR, from an address each',
      ({ webSocket }: Urls, index: number) =>
        connectFrom(`127.0.0.${index + 2}`, webSocket, framesOf('cbor')),
    ],
  ])('do not delay responses that need decompression: %s', async (_what, connect) => {
    const { caller, ...urls } = await start();
    const guessers = await Promise.all(
      Array.from({ length: LOGINS }, (_, index): Promise<Guesser> => connect(urls, index)),
    );
    closeLater(() => {
      for (const guesser of guessers) guesser.close();
    });
    let judged = 0;
    for (const guesser of guessers) {
      guesser.send([
        MESSAGE.HELLO,
        'guarded',
        { roles: ALL_ROLES, authid: 'alice', authmethods: ['ticket'] },
      ]);
      expect((await guesser.next())[0]).toBe(MESSAGE.CHALLENGE);
    }
    for (const guesser of guessers) {
      guesser.send([MESSAGE.AUTHENTICATE, 'wrong', {}]);
      void guesser.next().then(
        () => judged++,
        () => {},
      );
    }
    const answer = await caller.call('com.api.get');
    expect(answer.kwargs?.['body']).toEqual({ ok: true });
    // In one queue for all threads it would wait behind all but three of them.
    expect(judged).toBeLessThan(LOGINS / 2);
  });
});

interface Urls {
  readonly webSocket: string;
  readonly rawSocket: string;
}
