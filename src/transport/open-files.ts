import { close, open } from 'node:fs';
import { devNull } from 'node:os';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { createSummedLog } from '../summed-log.js';

/** From a connection that is accepted to the look at whether it was the last one possible, milliseconds. */
const LOOK_AFTER_MS = 1000;
/** There is one line in so much time at most, and a look at whether it is still so. */
const LINE_EVERY_MS = 60_000;

export interface OpenFilesOptions {
  readonly log: Logger;
  readonly clock: Clock;
  /** Opens a file and closes it again. Resolves with what the system says against it. */
  readonly probe?: () => Promise<NodeJS.ErrnoException | undefined>;
}

/** Finds out when the process can open no more files, and tells the log. */
export interface OpenFiles {
  /** A connection was accepted: there may be no room for another. */
  accepted(): void;
  /** Takes an error of the system; false where it is of another kind. */
  takes(error: NodeJS.ErrnoException): boolean;
  stop(): void;
}

/**
 * Connections are files to the system, and the limit is one of the whole process: beyond it no upstream can be called, no
 * file read. Node does not tell of a connection that it had to drop for this (libuv accepts it with a descriptor that it
 * keeps for the purpose, and closes it), so it is tried whether a file can be opened.
 */
export function watchOpenFiles({ log, clock, probe = openNothing }: OpenFilesOptions): OpenFiles {
  const summedLog = createSummedLog({ log, clock, most: 1, windowMs: LINE_EVERY_MS });
  let stopTimer: (() => void) | undefined;
  let stopped = false;

  function takes({ code }: NodeJS.ErrnoException): boolean {
    if (code !== 'EMFILE' && code !== 'ENFILE') return false;
    summedLog.error(
      { code },
      'no more files can be opened: connections are dropped and upstreams cannot be called; raise the limit of open files (ulimit -n) or lower max_sessions',
    );
    return true;
  }

  function lookAfter(delay: number): void {
    stopTimer = clock.after(delay, () => void look());
  }

  async function look(): Promise<void> {
    const error = await probe();
    stopTimer = undefined;
    if (error !== undefined && takes(error) && !stopped) lookAfter(LINE_EVERY_MS);
  }

  return {
    accepted() {
      if (stopTimer === undefined && !stopped) lookAfter(LOOK_AFTER_MS);
    },
    takes,
    stop() {
      stopped = true;
      stopTimer?.();
      summedLog.flush();
    },
  };
}

function openNothing(): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    open(devNull, 'r', (error, file) => {
      if (error !== null) resolve(error);
      else close(file, () => resolve(undefined));
    });
  });
}
