import { readFileSync } from 'node:fs';

/** Files of the process itself: those of Node.js, listeners, the log, and those that it reads. */
const OWN_FILES = 64;

/**
 * Counts the connections of all listeners together, and keeps open files free for upstreams.
 * A connection is an open file to the system. Without this, strangers who connect could take all
 * files of the process, and then no call could reach its upstream.
 */
export interface ConnectionFiles {
  /** The most connections at a time. */
  readonly most: number;
  /** Takes the file of one connection, or returns false if too many are taken. */
  take(): boolean;
  give(): void;
}

/**
 * @param limit how many files the process may open
 * @param forUpstreams how many connections to upstreams there may be; at most half of all files are
 * kept free
 */
export function createConnectionFiles(limit: number, forUpstreams: number): ConnectionFiles {
  const most = Math.max(limit - OWN_FILES - forUpstreams, Math.floor(limit / 2));
  let taken = 0;
  return {
    most,
    take() {
      if (taken >= most) return false;
      taken++;
      return true;
    },
    give() {
      taken--;
    },
  };
}

/**
 * How many files this process may open. Infinity if the system does not tell: Node.js has no
 * function for it, and only Linux has the file.
 */
export function limitOfOpenFiles(read = () => readFileSync('/proc/self/limits', 'latin1')): number {
  try {
    const limit = /^Max open files\s+(\d+)\s/m.exec(read())?.[1];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
