/** Where a command prints: what `process.stdout` and `process.stderr` offer. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** What a command needs of the process around it; `process` itself fits. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  on(signal: HandledSignal, listener: () => void): unknown;
  off(signal: HandledSignal, listener: () => void): unknown;
  exit(code: number): void;
}

export type HandledSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** Exit codes: 0 done, 1 failed (configuration, call, network), 2 wrong use of the command line. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A failure with a sentence for the user and nothing else worth printing: no stack, no cause. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  constructor(
    sentence: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(sentence);
  }
}
