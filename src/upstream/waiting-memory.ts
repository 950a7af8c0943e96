import type { CallControl } from './call-control.js';
import type { HttpRequest } from './http-message.js';

/**
 * Limits the memory of calls that wait for a token, for a connection or for the next attempt.
 *
 * The number of these calls is limited too. That is not enough, because one call may hold a few
 * bytes and another one the largest message that is allowed.
 */
export interface WaitingMemory {
  /**
   * A call begins to wait.
   *
   * @returns the value to pass to `leave`, or undefined if there is no room for the call
   */
  enter(request: HttpRequest, control: CallControl): HeldMemory | undefined;
  /** A call waits no longer. Call this once for each `enter` that returned a value. */
  leave(held: HeldMemory): void;
}

/** The memory that one call holds. */
export interface HeldMemory {
  /** Bytes without those in `buffers`. */
  readonly bytes: number;
  /** Each buffer counts once, however many calls refer to it. */
  readonly buffers: readonly ArrayBufferLike[];
}

/** The bytes that all services hold together, and their limit. */
export interface MemoryTotal {
  readonly maxBytes: number;
  bytes: number;
}

/** The approximate bytes of a value besides its content. */
const SLOT = 16;

export function createWaitingMemory(maxBytes: number, total: MemoryTotal): WaitingMemory {
  /**
   * For each buffer, how many waiting calls refer to it. A body is a part of its frame, and a frame
   * is a part of the chunk that was read from a socket. So a waiting call keeps the whole chunk in
   * memory, and other calls in the same chunk add nothing.
   */
  const holders = new Map<ArrayBufferLike, number>();
  let held = 0;

  function add(bytes: number): void {
    held += bytes;
    total.bytes += bytes;
  }

  return {
    enter(request, control) {
      const room = Math.min(maxBytes - held, total.maxBytes - total.bytes);
      const buffers = new Set<ArrayBufferLike>();
      const bytes = measure([request.path, request.headers, request.body, control.holds], buffers, room);
      let shared = 0;
      for (const buffer of buffers) if (!holders.has(buffer)) shared += buffer.byteLength;
      if (bytes + shared > room) return undefined;
      for (const buffer of buffers) holders.set(buffer, (holders.get(buffer) ?? 0) + 1);
      add(bytes + shared);
      return { bytes, buffers: [...buffers] };
    },

    leave({ bytes, buffers }) {
      let freed = bytes;
      for (const buffer of buffers) {
        const others = (holders.get(buffer) ?? 1) - 1;
        if (others > 0) {
          holders.set(buffer, others);
        } else {
          holders.delete(buffer);
          freed += buffer.byteLength;
        }
      }
      add(-freed);
    },
  };
}

/**
 * Estimates the bytes that values take. Adds the buffers that they refer to to `buffers` and does
 * not count them. Never recurses, and stops beyond `most`, so that no message of a client makes
 * it expensive.
 */
function measure(values: readonly unknown[], buffers: Set<ArrayBufferLike>, most: number): number {
  const rest = [...values];
  let bytes = 0;
  while (rest.length > 0 && bytes <= most) {
    const next = rest.pop();
    bytes += SLOT;
    if (typeof next === 'string') {
      bytes += next.length;
    } else if (ArrayBuffer.isView(next)) {
      buffers.add(next.buffer);
    } else if (Array.isArray(next)) {
      if (bytes + next.length * SLOT > most) return bytes + next.length * SLOT;
      for (const item of next) rest.push(item);
    } else if (typeof next === 'object' && next !== null) {
      // JSON that is not parsed yet (src/json-text) is an object too, with its bytes in one entry.
      for (const key in next) {
        bytes += SLOT + key.length;
        if (bytes > most) return bytes;
        rest.push((next as Record<string, unknown>)[key]);
      }
    }
  }
  return bytes;
}
