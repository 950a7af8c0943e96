import { readFileSync } from 'node:fs';

/** Files of the process itself: Node.js, listeners, the log, and the files that it reads. */
const OWN_FILES = 64;

/**
 * Counts the connections of all listeners together, and keeps open files free for upstreams. The
 * system counts a connection as an open file. Without this limit, clients that connect could use up
 * all files of the process. Then no call could reach its upstream.
 */
export interface ConnectionFiles {
  /** The most connections at a time. */
  readonly max: number;
  /** Reserves the file of one connection. Returns false if too many are reserved. */
  take(): boolean;
  give(): void;
  /** Changes how many files are kept free for upstreams. */
  keepFree(forUpstreams: number): void;
}

/**
 * @param limit how many files the process may open
 * @param forUpstreams the maximum number of connections to upstreams. At most half of all files are
 * reserved for them.
 */
export function createConnectionFiles(limit: number, forUpstreams: number): ConnectionFiles {
  const maxBeside = (upstreams: number) => Math.max(limit - OWN_FILES - upstreams, Math.floor(limit / 2));
  let max = maxBeside(forUpstreams);
  let taken = 0;
  return {
    get max() {
      return max;
    },
    take() {
      if (taken >= max) return false;
      taken++;
      return true;
    },
    give() {
      taken--;
    },
    keepFree(upstreams) {
      max = maxBeside(upstreams);
    },
  };
}

/**
 * The maximum number of files that this process may open. Infinity if it is unknown. Node.js has no
 * function for it, and only Linux has this file.
 */
export function limitOfOpenFiles(read = () => readFileSync('/proc/self/limits', 'latin1')): number {
  try {
    const limit = /^Max open files\s+(\d+)\s/m.exec(read())?.[1];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
