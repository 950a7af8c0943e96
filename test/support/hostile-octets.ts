/** A table of octets that no correct client sends: what they are, and the expected reaction. */

/**
 * What the client gets: an HTTP status, a close code of WebSocket, an error reply of RawSocket, or
 * an ABORT.
 */
export type Fate =
  | { readonly http: number }
  | { readonly webSocketClose: number }
  | { readonly rawSocketError: number }
  | 'ABORT'
  | 'closed';

export interface Hostile {
  readonly what: string;
  readonly octets: Buffer;
  readonly fate: Fate;
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** An upgrade request, with header lines that replace or extend the usual ones. */
export function upgradeRequest(
  changed: Readonly<Record<string, string | undefined>> = {},
  line = 'GET /ws HTTP/1.1',
): Buffer {
  const headers: Record<string, string | undefined> = {
    Host: 'x',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'wamp.2.json',
    ...changed,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}\r\n`,
  );
  return latin(`${line}\r\n${lines.join('')}\r\n`);
}

/** A frame of a WebSocket client (RFC 6455 section 5.2), masked with zeros. */
export function webSocketFrame(first: number, payload: Uint8Array | string): Buffer {
  const body = Buffer.from(payload as string);
  const length =
    body.length < 126
      ? Buffer.from([0x80 + body.length])
      : body.length < 65_536
        ? Buffer.from([0x80 + 126, body.length >> 8, body.length & 255])
        : Buffer.concat([Buffer.from([0x80 + 127, 0, 0, 0, 0]), uint32(body.length)]);
  return Buffer.concat([Buffer.from([first]), length, Buffer.alloc(4), body]);
}

function uint32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

/** A ClientHello, or its beginning: TLS on a port without TLS. */
const CLIENT_HELLO = hex('16 03 01 00 c8 01 00 00 c4 03 03');

/** Before the upgrade to WebSocket. */
export const HOSTILE_HTTP: readonly Hostile[] = [
  { what: 'nothing', octets: latin(''), fate: 'closed' },
  { what: 'one octet', octets: latin('G'), fate: 'closed' },
  { what: 'half a request line', octets: latin('GET /ws HT'), fate: 'closed' },
  { what: 'half the headers', octets: upgradeRequest().subarray(0, 90), fate: 'closed' },
  { what: 'headers without their end', octets: upgradeRequest().subarray(0, -2), fate: 'closed' },
  { what: 'a request of HTTP/0.9', octets: latin('GET /ws\r\n\r\n'), fate: { http: 426 } },
  { what: 'zeros', octets: Buffer.alloc(64), fate: { http: 400 } },
  {
    what: 'noise',
    octets: Buffer.from(Array.from({ length: 256 }, (_, at) => (at * 167 + 13) & 255)),
    fate: { http: 400 },
  },
  { what: 'TLS on a plain port', octets: CLIENT_HELLO, fate: { http: 400 } },
  { what: 'HTTP/2', octets: latin('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), fate: { http: 400 } },
  {
    what: 'a method that there is not',
    octets: latin('FETCH /ws HTTP/1.1\r\nHost: x\r\n\r\n'),
    fate: { http: 400 },
  },
  {
    what: 'no Host',
    octets: upgradeRequest({ Host: undefined, Upgrade: undefined, Connection: undefined }),
    fate: { http: 400 },
  },
  { what: 'CONNECT', octets: latin('CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n'), fate: 'closed' },
  { what: 'a plain request', octets: latin('GET /ws HTTP/1.1\r\nHost: x\r\n\r\n'), fate: { http: 426 } },
  {
    what: 'a plain request that it repeats',
    octets: latin('GET /ws HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100)),
    fate: { http: 426 },
  },
  {
    what: 'a body that never comes',
    octets: latin('POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n'),
    fate: { http: 426 },
  },
  {
    what: 'a body of two lengths',
    octets: latin(
      'POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ),
    fate: { http: 400 },
  },
  { what: 'another path', octets: upgradeRequest({}, 'GET /other HTTP/1.1'), fate: { http: 404 } },
  {
    what: 'a path of many parts',
    octets: upgradeRequest({}, `GET /${'a/'.repeat(4000)} HTTP/1.1`),
    fate: { http: 404 },
  },
  {
    what: 'a header of 100,000 octets',
    octets: upgradeRequest({ 'X-Large': 'x'.repeat(100_000) }),
    fate: { http: 431 },
  },
  { what: 'NUL in a header', octets: upgradeRequest({ 'X-Nul': 'a\0b' }), fate: { http: 400 } },
  {
    what: 'no subprotocol',
    octets: upgradeRequest({ 'Sec-WebSocket-Protocol': undefined }),
    fate: { http: 400 },
  },
  {
    what: 'an unknown subprotocol',
    octets: upgradeRequest({ 'Sec-WebSocket-Protocol': 'wamp.2.ubjson' }),
    fate: { http: 400 },
  },
  {
    what: 'batched subprotocols alone',
    octets: upgradeRequest({ 'Sec-WebSocket-Protocol': 'wamp.2.json.batched, wamp.2.cbor.batched' }),
    fate: { http: 400 },
  },
  {
    what: 'a key that is none',
    octets: upgradeRequest({ 'Sec-WebSocket-Key': 'short' }),
    fate: { http: 400 },
  },
  { what: 'no key', octets: upgradeRequest({ 'Sec-WebSocket-Key': undefined }), fate: { http: 400 } },
  {
    what: 'another version of WebSocket',
    octets: upgradeRequest({ 'Sec-WebSocket-Version': '99' }),
    fate: { http: 426 },
  },
  {
    what: 'version 8 of WebSocket, with a foreign origin',
    octets: upgradeRequest({
      'Sec-WebSocket-Version': '8',
      'Sec-WebSocket-Origin': 'https://evil.example.com',
    }),
    fate: { http: 426 },
  },
  {
    what: 'no version of WebSocket',
    octets: upgradeRequest({ 'Sec-WebSocket-Version': undefined }),
    fate: { http: 426 },
  },
  { what: 'an upgrade to something else', octets: upgradeRequest({ Upgrade: 'h2c' }), fate: { http: 400 } },
  { what: 'an upgrade by POST', octets: upgradeRequest({}, 'POST /ws HTTP/1.1'), fate: { http: 405 } },
  {
    what: 'a foreign origin',
    octets: upgradeRequest({ Origin: 'https://evil.example.com' }),
    fate: { http: 403 },
  },
  { what: 'RawSocket', octets: hex('7f f1 00 00'), fate: { http: 400 } },
];

/** After the upgrade, before or after HELLO. */
export const HOSTILE_WEBSOCKET: readonly Hostile[] = [
  { what: 'a frame without a mask', octets: hex('81 02 5b 5d'), fate: { webSocketClose: 1002 } },
  { what: 'a reserved bit', octets: webSocketFrame(0xc1, '[]'), fate: { webSocketClose: 1002 } },
  { what: 'another reserved bit', octets: webSocketFrame(0x91, '[]'), fate: { webSocketClose: 1002 } },
  { what: 'a reserved opcode', octets: webSocketFrame(0x83, '[]'), fate: { webSocketClose: 1002 } },
  { what: 'a reserved opcode of control', octets: webSocketFrame(0x8b, ''), fate: { webSocketClose: 1002 } },
  { what: 'a ping in parts', octets: webSocketFrame(0x09, 'x'), fate: { webSocketClose: 1002 } },
  {
    what: 'a ping that is too long',
    octets: webSocketFrame(0x89, 'x'.repeat(126)),
    fate: { webSocketClose: 1002 },
  },
  { what: 'an end without a beginning', octets: webSocketFrame(0x80, '[]'), fate: { webSocketClose: 1002 } },
  {
    what: 'a beginning in a beginning',
    octets: Buffer.concat([webSocketFrame(0x01, '['), webSocketFrame(0x01, '[')]),
    fate: { webSocketClose: 1002 },
  },
  {
    what: 'a length of 2^63',
    octets: hex('81 ff 80 00 00 00 00 00 00 00 00 00 00 00'),
    fate: { webSocketClose: 1009 },
  },
  {
    what: 'a length of 2^40',
    octets: hex('81 ff 00 00 01 00 00 00 00 00 00 00 00 00'),
    fate: { webSocketClose: 1009 },
  },
  {
    what: 'a length above the limit',
    octets: hex('81 ff 00 00 00 00 00 10 00 01 00 00 00 00'),
    fate: { webSocketClose: 1009 },
  },
  {
    what: 'parts above the limit',
    octets: Buffer.concat([
      webSocketFrame(0x01, 'x'.repeat(700_000)),
      webSocketFrame(0x80, 'x'.repeat(700_000)),
    ]),
    fate: { webSocketClose: 1009 },
  },
  {
    what: 'many empty parts',
    octets: Buffer.concat([
      webSocketFrame(0x01, ''),
      ...Array.from({ length: 20_000 }, () => webSocketFrame(0x00, '')),
    ]),
    fate: { webSocketClose: 1008 },
  },
  {
    what: 'text that is not UTF-8',
    octets: webSocketFrame(0x81, hex('5b ff 5d')),
    fate: { webSocketClose: 1007 },
  },
  {
    what: 'half a surrogate',
    octets: webSocketFrame(0x81, hex('5b 22 ed a0 80 22 5d')),
    fate: { webSocketClose: 1007 },
  },
  { what: 'a close of one octet', octets: webSocketFrame(0x88, 'x'), fate: { webSocketClose: 1002 } },
  {
    what: 'a close code that nobody may send',
    octets: webSocketFrame(0x88, hex('03 ed')),
    fate: { webSocketClose: 1002 },
  },
  {
    what: 'a close reason that is not UTF-8',
    octets: webSocketFrame(0x88, hex('03 e8 ff')),
    fate: { webSocketClose: 1007 },
  },
  { what: 'a binary frame', octets: webSocketFrame(0x82, '[48,1,{},"com.a"]'), fate: 'ABORT' },
];

/** Before the end of the RawSocket handshake. */
export const HOSTILE_RAWSOCKET_HANDSHAKES: readonly Hostile[] = [
  { what: 'nothing', octets: latin(''), fate: 'closed' },
  { what: 'the magic octet alone', octets: hex('7f'), fate: 'closed' },
  { what: 'half a handshake', octets: hex('7f f1'), fate: 'closed' },
  { what: 'a handshake less one octet', octets: hex('7f f1 00'), fate: 'closed' },
  { what: 'magic 00', octets: hex('00 f1 00 00'), fate: 'closed' },
  { what: 'magic 7e', octets: hex('7e f1 00 00'), fate: 'closed' },
  { what: 'magic ff', octets: hex('ff'), fate: 'closed' },
  { what: 'HTTP', octets: upgradeRequest(), fate: 'closed' },
  { what: 'TLS on a plain port', octets: CLIENT_HELLO, fate: 'closed' },
  { what: 'a megabyte of noise', octets: Buffer.alloc(1024 * 1024, 0xa5), fate: 'closed' },
  { what: 'no serializer', octets: hex('7f f0 00 00'), fate: { rawSocketError: 1 } },
  ...[4, 5, 6, 10, 15].map((serializer) => ({
    what: `the serializer ${serializer}`,
    octets: Buffer.from([0x7f, 0xf0 + serializer, 0, 0]),
    fate: { rawSocketError: 1 },
  })),
  { what: 'a reserved bit in the third octet', octets: hex('7f f1 01 00'), fate: { rawSocketError: 3 } },
  { what: 'a reserved bit in the fourth octet', octets: hex('7f f1 00 80'), fate: { rawSocketError: 3 } },
  { what: 'all reserved bits', octets: hex('7f f1 ff ff'), fate: { rawSocketError: 3 } },
  { what: 'a router’s refusal', octets: hex('7f 40 00 00'), fate: { rawSocketError: 1 } },
];

/** After the RawSocket handshake, before or after HELLO. The listener accepts 2^20 octets. */
export const HOSTILE_RAWSOCKET_FRAMES: readonly Hostile[] = [
  ...[3, 4, 5, 6, 7].map((type) => ({
    what: `the frame type ${type}`,
    octets: Buffer.from([type, 0, 0, 1, 0x78]),
    fate: 'ABORT' as const,
  })),
  ...[0x10, 0x20, 0x40, 0x80, 0xf0].map((bits) => ({
    what: `the reserved bits ${bits}`,
    octets: Buffer.from([bits, 0, 0, 0]),
    fate: 'ABORT' as const,
  })),
  { what: 'the handshake once more', octets: hex('7f f1 00 00'), fate: 'ABORT' },
  { what: 'HTTP', octets: upgradeRequest(), fate: 'ABORT' },
  { what: 'both kinds of length bits', octets: hex('08 00 00 01'), fate: 'ABORT' },
  { what: '2^24 octets where 2^20 are taken', octets: hex('08 00 00 00'), fate: 'ABORT' },
  { what: 'one octet more than is taken', octets: hex('00 10 00 01'), fate: 'ABORT' },
  {
    what: 'more than is taken, and sends it',
    octets: Buffer.concat([hex('00 20 00 00'), Buffer.alloc(2 ** 21, 0x5b)]),
    fate: 'ABORT',
  },
  { what: 'a ping that is longer than what is taken', octets: hex('01 10 00 01'), fate: 'ABORT' },
  { what: 'a pong that is longer than what is taken', octets: hex('02 ff ff ff'), fate: 'ABORT' },
  { what: 'an empty message', octets: hex('00 00 00 00'), fate: 'ABORT' },
  { what: 'text that is not UTF-8', octets: hex('00 00 00 03 5b ff 5d'), fate: 'ABORT' },
  { what: 'half a surrogate', octets: hex('00 00 00 07 5b 22 ed a0 80 22 5d'), fate: 'ABORT' },
];
