import { close, open } from 'node:fs';
import { devNull } from 'node:os';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { createSummedLog } from '../summed-log.js';

/** Milliseconds from an accepted connection to the check whether the limit is reached. */
const CHECK_AFTER_MS = 1000;
/** Minimum milliseconds between two log lines, and between checks while the limit is reached. */
const LINE_EVERY_MS = 60_000;

export interface OpenFilesOptions {
  readonly log: Logger;
  readonly clock: Clock;
  /** Opens a file and closes it again. Resolves with the system's error if there is one. */
  readonly probe?: () => Promise<NodeJS.ErrnoException | undefined>;
}

/** Logs when the process cannot open any more files. */
export interface OpenFiles {
  /** To be called for each accepted connection. */
  accepted(): void;
  /**
   * Logs that a connection was closed because the remaining files are reserved for upstreams.
   *
   * @param max the maximum number of connections
   */
  keptFree(max: number): void;
  /** Logs an error of the system if it is about open files; otherwise returns false. */
  takes(error: NodeJS.ErrnoException): boolean;
  stop(): void;
}

/**
 * The system counts a connection as an open file, and limits the open files of the whole process.
 * At the limit, the gateway can neither call upstreams nor read files. Node does not report the
 * connections that it drops for this reason (libuv accepts them with a spare descriptor, and closes
 * them). So this function detects the limit by opening a file.
 */
export function watchOpenFiles({ log, clock, probe = openNothing }: OpenFilesOptions): OpenFiles {
  const summedLog = createSummedLog({ log, clock, max: 1, windowMs: LINE_EVERY_MS });
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

  function checkAfter(delay: number): void {
    stopTimer = clock.after(delay, () => void check());
  }

  async function check(): Promise<void> {
    const error = await probe();
    stopTimer = undefined;
    if (error !== undefined && takes(error) && !stopped) checkAfter(LINE_EVERY_MS);
  }

  return {
    accepted() {
      if (stopTimer === undefined && !stopped) checkAfter(CHECK_AFTER_MS);
    },
    keptFree(max) {
      summedLog.error(
        { connections: max },
        'no more connections are accepted, because upstreams need the other files that the process may open; raise the limit of open files (ulimit -n) or lower max_sessions',
      );
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
