export interface RunProgramOptions {
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** After this many milliseconds the program is killed. */
  readonly timeoutMs: number;
}

/**
 * Runs a program without a shell. Its output is dropped.
 *
 * @returns undefined if it ended with code 0, otherwise what happened, for the log
 */
export type RunProgram = (
  command: string,
  args: readonly string[],
  options: RunProgramOptions,
) => Promise<string | undefined>;

export const runProgram: RunProgram = async (command, args, { env, timeoutMs }) => {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, timeout: timeoutMs, stdio: 'ignore' });
    child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : signal === null ? `exit code ${code}` : `killed by ${signal}`),
    );
  });
};
