import { CommanderError } from 'commander';
import { visibleText } from './colour.js';
import { failureText } from './failures.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';
import { buildProgram } from './program.js';

/** A {@link Host} with an exit code, for a process that ends by itself. */
export interface MainHost extends Host {
  exitCode?: number | string | null | undefined;
}

/**
 * Runs the command `rpc-gateway`.
 *
 * @param argv `process.argv`: the first two entries are node and the script.
 * @param host from `createProcessHost`, or a replacement in tests.
 */
export async function main(argv: readonly string[], host: MainHost): Promise<void> {
  let code: ExitCode = EXIT.ok;
  let isLongRunning = false;
  for (const output of [host.stdout, host.stderr]) {
    output.on?.('error', (error) => {
      // A closed pipe (`… | head`) causes no stack trace and does not stop a gateway.
      if (error.code !== 'EPIPE' && !isLongRunning) host.exitCode = EXIT.failed;
    });
  }
  const program = buildProgram(argv, host, {
    async once(command) {
      code = await command();
    },
    async untilStopped(command) {
      isLongRunning = true;
      code = await command();
    },
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    code = report(error, host);
  }
  host.exitCode = code;
  // Other commands end when their output is written. A stopped gateway must end at once.
  if (isLongRunning) host.exit(code);
}

/** Prints why a command failed and returns its exit code. */
function report(error: unknown, host: Host): ExitCode {
  // commander has already printed its message, or the output of --help or --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  // Parts of the text may come from a router or from the configuration.
  host.stderr.write(`${visibleText(failureText(error))}\n`);
  return error instanceof CommandFailure ? error.exitCode : EXIT.failed;
}
