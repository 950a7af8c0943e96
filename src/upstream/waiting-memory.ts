import type { CallControl } from './call-control.js';
import { type HttpRequest, LARGE_BODY } from './http-message.js';
import { SharedBytes } from './shared-bytes.js';

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
  /**
   * A call with a body begins to run. The body counts against the limit of all services. There is
   * always room for a small body: `pool.size` limits those well enough.
   *
   * @returns whether there is room
   */
  run(bytes: number, control: CallControl): boolean;
  /**
   * A call has ended. Must be called once for each `run` that returned true, with the same
   * arguments.
   */
  end(bytes: number, control: CallControl): void;
}

/** The memory that one call holds. */
export interface HeldMemory {
  readonly caller: unknown;
  /** Bytes without those in `buffers`. */
  readonly bytes: number;
  /** Each buffer counts once, however many calls refer to it. */
  readonly buffers: readonly ArrayBufferLike[];
}

/** The approximate bytes of a value besides its content. */
const SLOT = 16;

/**
 * @param total the bytes that all services hold together: those of waiting calls, and the bodies of
 *   running ones
 */
export function createWaitingMemory(maxBytes: number, total: SharedBytes): WaitingMemory {
  const own = new SharedBytes(maxBytes);
  /**
   * For each buffer, how many waiting calls refer to it. A body is a part of its frame, and a frame
   * is a part of the chunk that was read from a socket. So a waiting call keeps the whole chunk in
   * memory, and other calls in the same chunk add nothing.
   */
  const holders = new Map<ArrayBufferLike, Holders>();

  function add(caller: unknown, bytes: number): void {
    own.add(caller, bytes);
    total.add(caller, bytes);
  }

  return {
    enter(request, control) {
      const { caller } = control;
      const room = Math.min(own.free, total.free);
      const buffers = new Set<ArrayBufferLike>();
      const bytes = measure([request.path, request.headers, request.body, control.holds], buffers, room);
      let shared = 0;
      for (const buffer of buffers) if (!holders.has(buffer)) shared += buffer.byteLength;
      const all = bytes + shared;
      if (!own.fits(caller, all) || !total.fits(caller, all)) return undefined;
      for (const buffer of buffers) {
        const others = holders.get(buffer);
        if (others === undefined) holders.set(buffer, { caller, count: 1 });
        else others.count++;
      }
      add(caller, all);
      return { caller, bytes, buffers: [...buffers] };
    },

    leave({ caller, bytes, buffers }) {
      add(caller, -bytes);
      for (const buffer of buffers) {
        const all = holders.get(buffer) as Holders;
        if (--all.count > 0) continue;
        holders.delete(buffer);
        add(all.caller, -buffer.byteLength);
      }
    },

    run(bytes, { caller }) {
      if (bytes < LARGE_BODY) {
        total.bytes += bytes;
        return true;
      }
      if (!total.fits(caller, bytes)) return false;
      total.add(caller, bytes);
      return true;
    },

    end(bytes, { caller }) {
      if (bytes < LARGE_BODY) total.bytes -= bytes;
      else total.add(caller, -bytes);
    },
  };
}

/** The calls that refer to a buffer. */
interface Holders {
  /** The one whose call counts its bytes. */
  readonly caller: unknown;
  count: number;
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
