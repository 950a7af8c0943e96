/**
 * Frames of RawSocket (WAMP section "RawSocket Transport", Framing): a prefix of four octets, RRRR
 * XTTT and 24 bits of length, then the payload.
 */

/** Octets of the prefix. */
export const FRAME_PREFIX = 4;

/** The values of TTT. 3 to 7 are reserved. */
export const FRAME_TYPE = { message: 0, ping: 1, pong: 2 } as const;
export type FrameType = (typeof FRAME_TYPE)[keyof typeof FRAME_TYPE];

/**
 * The longest payload: 2^24 octets. The bit X means this length, because 24 bits hold only 2^24 -
 * 1.
 */
export const MAX_FRAME_LENGTH = 2 ** 24;

/**
 * Initial octets of the buffer for a payload that arrives in chunks. The buffer doubles as needed.
 */
const INITIAL_BUFFER = 4096;

/** Writes the prefix of a frame. @param length octets of its payload, up to MAX_FRAME_LENGTH */
export function writePrefix(target: Buffer, type: FrameType, length: number): void {
  // The length 2^24 sets the lowest bit of the first octet. Times 8, this bit is X.
  target.writeUInt32BE(length, 0);
  target[0] = (target[0] ?? 0) * 8 + type;
}

/** Encodes a frame in one buffer. */
export function encodeFrame(type: FrameType, payload: string | Uint8Array): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const frame = Buffer.allocUnsafe(FRAME_PREFIX + length);
  writePrefix(frame, type, length);
  if (typeof payload === 'string') frame.write(payload, FRAME_PREFIX, 'utf8');
  else frame.set(payload, FRAME_PREFIX);
  return frame;
}

const NO_PAYLOAD = Buffer.alloc(0);

/** The receiver of the frames from {@link createFrameReader}. */
export interface FrameReceiver {
  onFrame(type: FrameType, payload: Buffer): void;
  /** Called at most once. No frame follows. The message does not quote the data. */
  onViolation(message: string): void;
}

export interface FrameReader {
  push(chunk: Buffer): void;
  /** Discards all further data, including the rest of the current chunk. */
  stop(): void;
}

/**
 * Divides a stream of chunks into frames. Its buffer is never longer than the announced payload,
 * and never longer than about twice the received octets.
 *
 * @param maxLength octets of the longest payload that the other end may send
 */
export function createFrameReader(maxLength: number, receiver: FrameReceiver): FrameReader {
  let prefix = 0;
  let prefixMissing = FRAME_PREFIX;
  let type: FrameType = FRAME_TYPE.message;
  let length = 0;
  let buffer: Buffer | undefined;
  let filled = 0;
  let stopped = false;

  function violate(message: string): void {
    stopped = true;
    buffer = undefined;
    receiver.onViolation(message);
  }

  function onPrefix(): void {
    const first = Math.floor(prefix / MAX_FRAME_LENGTH);
    const isLongest = (first & 0b1000) !== 0;
    const low = prefix % MAX_FRAME_LENGTH;
    type = (first & 0b111) as FrameType;
    length = isLongest ? MAX_FRAME_LENGTH : low;
    if (first > 0b1111) violate('a RawSocket frame uses reserved bits');
    else if (type > FRAME_TYPE.pong) violate('a RawSocket frame is of a reserved type');
    else if (isLongest && low !== 0) violate('a RawSocket frame announces more than 2^24 octets');
    else if (length > maxLength) violate(`a RawSocket frame is longer than ${maxLength} octets`);
    else if (length === 0) deliver(NO_PAYLOAD);
  }

  function deliver(payload: Buffer): void {
    prefix = 0;
    prefixMissing = FRAME_PREFIX;
    buffer = undefined;
    filled = 0;
    receiver.onFrame(type, payload);
  }

  /** Copies a part of a payload. A reference would keep Node's whole read buffer alive. */
  function keep(piece: Buffer): void {
    const needed = filled + piece.length;
    if (buffer === undefined || buffer.length < needed) {
      const larger = Buffer.allocUnsafe(Math.min(length, Math.max(needed, filled * 2, INITIAL_BUFFER)));
      buffer?.copy(larger, 0, 0, filled);
      buffer = larger;
    }
    piece.copy(buffer, filled);
    filled = needed;
    if (filled === length) deliver(buffer);
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length && !stopped) {
        if (prefixMissing > 0) {
          prefix = prefix * 256 + (chunk[at++] ?? 0);
          if (--prefixMissing === 0) onPrefix();
          continue;
        }
        const end = Math.min(chunk.length, at + length - filled);
        const piece = chunk.subarray(at, end);
        at = end;
        if (piece.length === length) deliver(piece);
        else keep(piece);
      }
    },
    stop() {
      stopped = true;
      buffer = undefined;
    },
  };
}
