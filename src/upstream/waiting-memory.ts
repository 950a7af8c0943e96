import type { CallControl } from './call-control.js';
import type { HttpRequest } from './http-message.js';

/**
 * The memory of the calls that wait: for a token, for a connection, or to try again. They are limited in number too, but one
 * may hold a few bytes or the largest message there is.
 */
export interface WaitingMemory {
  /** A call begins to wait. @returns what it leaves with; undefined where there is no room for it */
  enter(request: HttpRequest, control: CallControl): HeldMemory | undefined;
  /** Once for each `enter`. */
  leave(held: HeldMemory): void;
}

/** What one call holds. */
export interface HeldMemory {
  readonly bytes: number;
  /** Counted once for all calls that point into them. */
  readonly buffers: readonly ArrayBufferLike[];
}

/** Bytes of several services together. */
export interface MemoryTotal {
  readonly maxBytes: number;
  bytes: number;
}

/** What a value that is not counted in itself takes, roughly. */
const SLOT = 16;

export function createWaitingMemory(maxBytes: number, total: MemoryTotal): WaitingMemory {
  /**
   * How many calls wait that point into a buffer. A body is a part of the frame that it came in, and a frame of the chunk
   * that was read from a socket: a waiting call keeps all of it, and so do its neighbours, once.
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
 * Roughly the bytes that values take, without the buffers that they point into, which are collected. Never recurses, and
 * stops counting beyond `most`, so that nothing a client sends makes it expensive.
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
      // JSON that is not parsed (src/json-text) is such an object too: its bytes are one of its entries.
      for (const key in next) {
        bytes += SLOT + key.length;
        if (bytes > most) return bytes;
        rest.push((next as Record<string, unknown>)[key]);
      }
    }
  }
  return bytes;
}
