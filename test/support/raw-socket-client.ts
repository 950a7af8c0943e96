import { parseJson, stringifyJson } from '../../src/json.js';
import { connectOctets, type OctetClient } from './octet-client.js';
import type { RawClient } from './raw-client.js';

/** A client that sends and receives lists over RawSocket in JSON, with hand-made frames. */
export interface RawSocketClient extends RawClient {
  readonly octets: OctetClient;
  /** The next frame of any type. */
  frame(): Promise<{ readonly type: number; readonly payload: Buffer }>;
}

/** The prefix RRRR XTTT and 24 bits of length, and the payload. */
export function frameOf(type: number, payload: string | Uint8Array): Buffer {
  const body = Buffer.from(payload as string);
  return Buffer.concat([
    Buffer.from([type, body.length >> 16, (body.length >> 8) & 255, body.length & 255]),
    body,
  ]);
}

/** @param lengthCode announces that the client accepts 2^(9 + lengthCode) octets */
export async function connectRawSocket(
  url: string,
  { lengthCode = 15, halfOpen = false }: { readonly lengthCode?: number; readonly halfOpen?: boolean } = {},
): Promise<RawSocketClient> {
  const octets = await connectOctets(url, { halfOpen });
  octets.write(Buffer.from([0x7f, lengthCode * 16 + 1, 0, 0]));
  const reply = await octets.read(4);
  if (reply[0] !== 0x7f || (reply[1] ?? 0) % 16 !== 1) throw new Error(`refused: ${reply.toString('hex')}`);
  const frame = async () => {
    const prefix = await octets.read(4);
    return { type: prefix[0] ?? 0, payload: await octets.read(prefix.readUIntBE(1, 3)) };
  };
  return {
    octets,
    frame,
    send: (message) => octets.write(frameOf(0, stringifyJson(message))),
    async next() {
      for (;;) {
        const { type, payload } = await frame();
        if (type === 0) return parseJson(payload.toString(), 2048) as readonly unknown[];
      }
    },
    unread: 0,
    closed: octets.closed.then(() => 0),
    close: () => octets.socket.end(),
  };
}
