import type { HandledSignal, Host } from './host.js';

/** Exit codes of a process that a signal ended: 128 plus the number of the signal. */
const KILLED_BY = { SIGINT: 130, SIGTERM: 143 } as const;

export interface StopSignal {
  /** Resolves on the first SIGTERM or SIGINT. */
  readonly received: Promise<HandledSignal>;
  /** Removes the signal handlers. */
  release(): void;
}

/**
 * Watches signals. The first SIGTERM or SIGINT asks for a graceful stop, the second ends the
 * process at once.
 *
 * @param onHangup called for each SIGHUP, which asks for a reload
 */
export function watchSignals(host: Host, onHangup: () => void): StopSignal {
  let resolve: (signal: HandledSignal) => void;
  const received = new Promise<HandledSignal>((settle) => {
    resolve = settle;
  });
  let stopping = false;
  const end = (signal: keyof typeof KILLED_BY): void => {
    if (stopping) host.exit(KILLED_BY[signal]);
    stopping = true;
    resolve(signal);
  };
  const listeners = {
    SIGTERM: () => end('SIGTERM'),
    SIGINT: () => end('SIGINT'),
    SIGHUP: onHangup,
  };
  const signals = Object.keys(listeners) as HandledSignal[];
  for (const signal of signals) host.on(signal, listeners[signal]);
  return {
    received,
    release() {
      for (const signal of signals) host.off(signal, listeners[signal]);
    },
  };
}
