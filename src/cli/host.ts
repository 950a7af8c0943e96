import type { DestinationStream } from 'pino';

/** Where a command prints: what `process.stdout` and `process.stderr` offer. */
export interface Output extends DestinationStream {
  readonly isTTY?: boolean | undefined;
  on?(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

export type HandledSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** What a command needs of the process around it; `process` itself fits. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a secret is read from that must not stand among the words of a command. */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly stdout: Output;
  readonly stderr: Output;
  on(signal: HandledSignal, listener: () => void): unknown;
  on(event: 'warning', listener: (warning: Error) => void): unknown;
  off(signal: HandledSignal, listener: () => void): unknown;
  /** Takes Node's own listener away, which prints each warning as text. */
  removeAllListeners(event: 'warning'): unknown;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Exit codes: 0 done, 1 failed (configuration, a WAMP error), 2 wrong use of the command line, 3 no connection or no login. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure with a sentence for the user and nothing else worth printing: no stack, no cause. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  constructor(
    sentence: string,
    readonly exitCode: ExitCode = EXIT.failed,
  ) {
    super(sentence);
  }
}
