import { describe, expect, it } from 'vitest';
import { createSendTotal } from '../../../src/transport/send-total.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { connectFlooder } from '../../support/flooder.js';
import { connectOctets } from '../../support/octet-client.js';
import { startRouterHost, until } from '../../support/router-host.js';
import { SERIALIZERS } from '../../support/transport-matrix.js';

const TOTAL = 4_000_000;
const PART = 1_000_000;
const CLIENTS = 8;

/** WebSocket's handshake, and a fragment of a message that is not the last (RFC 6455 section 5.4). */
const UPGRADE =
  'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: wamp.2.';

function webSocketHead(first: number, length: number): Buffer {
  const head = Buffer.alloc(14);
  head[0] = first;
  head[1] = 0xff;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

function rawSocketHead(length: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length);
  return head;
}

const closeLater = closeAfterEach();

describe('incomplete messages', () => {
  it.each([
    ['WebSocket in JSON', 0, `${UPGRADE}json\r\n\r\n`, webSocketHead(0x81, 2 * PART)],
    ['WebSocket in MessagePack, in fragments', 0, `${UPGRADE}msgpack\r\n\r\n`, webSocketHead(0x02, PART)],
    ['RawSocket in CBOR', 1, Buffer.from([0x7f, 0xf3, 0, 0]), rawSocketHead(2 * PART)],
  ])('are limited in bytes over all clients: %s', async (_what, url, handshake, head) => {
    const receiveTotal = createSendTotal(TOTAL);
    const host = await startRouterHost({
      listener: {
        protocol: 'universal',
        serializers: SERIALIZERS,
        maxMessageSize: 8 * PART,
        maxJoinSize: 8 * PART,
        receiveTotal,
      },
    });
    closeLater(() => host.dispose());
    const witness = closeLater(await connectFlooder(host.listener.urls[url] ?? '', SERIALIZERS[0]));
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () => connectOctets(host.listener.urls[url] ?? '')),
    );
    for (const client of clients) closeLater(client);
    let closed = 0;
    for (const client of clients) {
      void client.closed.then(() => closed++);
      client.write(handshake);
      client.write(Buffer.concat([head, Buffer.alloc(PART)]));
    }
    await until(
      () => closed > 0 && host.listener.counts().connections === 1 + CLIENTS - closed,
      () => [closed, receiveTotal.bytes],
    );
    expect(receiveTotal.bytes).toBeLessThanOrEqual(TOTAL);
    witness.write([[MESSAGE.CALL, 1, {}, 'wamp.session.count']]);
    await witness.untilReceived(1);
    for (const client of clients) client.close();
    await until(
      () => receiveTotal.bytes === 0,
      () => receiveTotal.bytes,
    );
  });
});
