/**
 * Frames of RawSocket (WAMP section "RawSocket Transport", Framing): a prefix of four octets, RRRR XTTT and 24 bits of
 * length, then the payload.
 */

/** Octets of the prefix. */
export const FRAME_PREFIX = 4;

/** What TTT says. 3 to 7 are reserved. */
export const FRAME_TYPE = { message: 0, ping: 1, pong: 2 } as const;
export type FrameType = (typeof FRAME_TYPE)[keyof typeof FRAME_TYPE];

/** 2^24: the longest payload that there can be. X stands for it, since 24 bits end one short of it. */
export const MAX_FRAME_LENGTH = 2 ** 24;

/** Room for a payload that comes in pieces: so much at first, and it doubles as more comes. */
const FIRST_ROOM = 4096;

/** The prefix of a frame. @param length octets of its payload, {@link MAX_FRAME_LENGTH} at most */
export function writePrefix(target: Buffer, type: FrameType, length: number): void {
  // 2^24 puts the 25th bit exactly where X is.
  target.writeUInt32BE(length, 0);
  target[0] = (target[0] ?? 0) * 8 + type;
}

/** A whole frame in one piece. */
export function encodeFrame(type: FrameType, payload: string | Uint8Array): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const frame = Buffer.allocUnsafe(FRAME_PREFIX + length);
  writePrefix(frame, type, length);
  if (typeof payload === 'string') frame.write(payload, FRAME_PREFIX, 'utf8');
  else frame.set(payload, FRAME_PREFIX);
  return frame;
}

/** Takes what a {@link createFrameReader} finds. */
export interface FrameReceiver {
  onFrame(type: FrameType, payload: Buffer): void;
  /** The sentence holds nothing of what came. Nothing more is read after it. */
  onViolation(sentence: string): void;
}

export interface FrameReader {
  push(chunk: Buffer): void;
  /** What comes from now on is thrown away, even the rest of the chunk that is being read. */
  stop(): void;
}

/**
 * Cuts a stream into frames, in whatever pieces it comes. Holds no more than the frame announced, and of that no more
 * than about twice what has come.
 *
 * @param maxLength octets of the longest payload that the other end may send
 */
export function createFrameReader(maxLength: number, receiver: FrameReceiver): FrameReader {
  let prefix = 0;
  let prefixMissing = FRAME_PREFIX;
  let type: FrameType = FRAME_TYPE.message;
  let length = 0;
  let room: Buffer | undefined;
  let filled = 0;
  let stopped = false;

  function violate(sentence: string): void {
    stopped = true;
    room = undefined;
    receiver.onViolation(sentence);
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
    else if (length === 0) deliver(Buffer.alloc(0));
  }

  function deliver(payload: Buffer): void {
    prefix = 0;
    prefixMissing = FRAME_PREFIX;
    room = undefined;
    filled = 0;
    receiver.onFrame(type, payload);
  }

  /** Keeps a piece of a payload. Copied, as each small chunk would keep a large one of Node's alive. */
  function keep(piece: Buffer): void {
    const needed = filled + piece.length;
    if (room === undefined || room.length < needed) {
      const larger = Buffer.allocUnsafe(Math.min(length, Math.max(needed, filled * 2, FIRST_ROOM)));
      room?.copy(larger, 0, 0, filled);
      room = larger;
    }
    piece.copy(room, filled);
    filled = needed;
    if (filled === length) deliver(room);
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
      room = undefined;
    },
  };
}
