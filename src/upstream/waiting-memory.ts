import type { CallControl } from './call-control.js';
import { type HttpRequest, LARGE_BODY } from './http-message.js';
import { SharedBytes } from './shared-bytes.js';

/**
 * Limits the memory of calls that wait for a token, for a connection or for the next attempt.
 *
 * The number of these calls is limited too. That is not enough, because one call may hold a few
 * bytes and another one a message of the maximum size.
 */
export interface WaitingMemory {
  /**
   * Called when a call begins to wait.
   *
   * @returns the value to pass to `leave`, or undefined if there is no room for the call
   */
  enter(request: HttpRequest, control: CallControl): HeldMemory | undefined;
  /** Called when a call no longer waits. Call it once for each `enter` that returned a value. */
  leave(held: HeldMemory): void;
  /**
   * Called when a call with a body begins to run. The body counts against the limit of all
   * services. There is always room for a small body, because `pool.size` limits the memory of small
   * bodies.
   *
   * @returns whether there is room
   */
  run(bytes: number, control: CallControl): boolean;
  /**
   * Called when a call has ended. Call it once for each `run` that returned true, with the same
   * arguments.
   */
  end(bytes: number, control: CallControl): void;
}

/** The memory that one call holds. */
export interface HeldMemory {
  /** The session of the caller. */
  readonly caller: unknown;
  /** Bytes without those in `buffers`. */
  readonly bytes: number;
  /** Each buffer counts once, even if many calls refer to it. */
  readonly buffers: readonly ArrayBufferLike[];
}

/** The approximate bytes of a value in addition to its content. */
const SLOT = 16;

/**
 * @param total the bytes that all services hold together: the waiting calls, and the bodies of the
 * running calls
 */
export function createWaitingMemory(maxBytes: number, total: SharedBytes): WaitingMemory {
  const own = new SharedBytes(maxBytes);
  /**
   * For each buffer, the waiting calls that refer to it. A body is a part of its frame, and a frame
   * is a part of the chunk that was read from a socket. So a waiting call keeps the whole chunk in
   * memory. Other calls in the same chunk add nothing.
   */
  const holders = new Map<ArrayBufferLike, Holders>();

  function add(caller: unknown, bytes: number): void {
    own.add(caller, bytes);
    total.add(caller, bytes);
  }

  return {
    enter(request, control) {
      const caller = control.caller?.session;
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

    run(bytes, control) {
      if (bytes < LARGE_BODY) {
        total.bytes += bytes;
        return true;
      }
      const caller = control.caller?.session;
      if (!total.fits(caller, bytes)) return false;
      total.add(caller, bytes);
      return true;
    },

    end(bytes, control) {
      if (bytes < LARGE_BODY) total.bytes -= bytes;
      else total.add(control.caller?.session, -bytes);
    },
  };
}

/** The calls that refer to a buffer. */
interface Holders {
  /** The caller that the bytes count for. */
  readonly caller: unknown;
  count: number;
}

/**
 * Estimates the bytes of values. Adds their buffers to `buffers` instead of counting them. Does not
 * recurse, and stops beyond `max`, so that no message of a client makes it slow.
 */
function measure(values: readonly unknown[], buffers: Set<ArrayBufferLike>, max: number): number {
  const rest = [...values];
  let bytes = 0;
  while (rest.length > 0 && bytes <= max) {
    const next = rest.pop();
    bytes += SLOT;
    if (typeof next === 'string') {
      bytes += next.length;
    } else if (ArrayBuffer.isView(next)) {
      buffers.add(next.buffer);
    } else if (Array.isArray(next)) {
      if (bytes + next.length * SLOT > max) return bytes + next.length * SLOT;
      for (const item of next) rest.push(item);
    } else if (typeof next === 'object' && next !== null) {
      // Unparsed JSON (src/json-text) is also an object, with its bytes in one entry.
      for (const key in next) {
        bytes += SLOT + key.length;
        if (bytes > max) return bytes;
        rest.push((next as Record<string, unknown>)[key]);
      }
    }
  }
  return bytes;
}
