import type { DestinationStream } from 'pino';
import type { RunProgram } from './run-program.js';

/** The output of a command: the part of `process.stdout` and `process.stderr` that it needs. */
export interface Output extends DestinationStream {
  readonly isTTY?: boolean | undefined;
  on?(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

export type HandledSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** The part of `process` that a command needs, and the programs that it may start. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The input for secrets, which must not appear on the command line. */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly stdout: Output;
  readonly stderr: Output;
  on(signal: HandledSignal, listener: () => void): unknown;
  on(event: 'warning', listener: (warning: Error) => void): unknown;
  off(signal: HandledSignal, listener: () => void): unknown;
  /** Removes the listener of Node, which prints each warning as text. */
  removeAllListeners(event: 'warning'): unknown;
  /** Ends the process at once. */
  exit(code: number): void;
  /** Undefined where the command may start no programs. */
  readonly runProgram?: RunProgram | undefined;
}

/**
 * Exit codes: 0 success, 1 failure (configuration, a WAMP error), 2 wrong use of the command line,
 * 3 no connection or no login.
 */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure with a message for the user. Its stack and cause are not printed. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
  ) {
    super(message);
  }
}
