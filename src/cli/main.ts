import { CommanderError } from 'commander';
import { visibleText } from './colour.js';
import { failureText } from './failures.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';
import { buildProgram } from './program.js';

/** What {@link main} needs on top of a {@link Host}: the slot for the exit code of a process that ends by itself. */
export interface MainHost extends Host {
  exitCode?: number | string | null | undefined;
}

/**
 * The command `rpc-gateway`.
 *
 * @param argv as `process.argv`: two entries before the words of the user
 * @param host `process`, or what stands in for it
 */
export async function main(argv: readonly string[], host: MainHost): Promise<void> {
  let code: ExitCode = EXIT.ok;
  let runsOn = false;
  for (const output of [host.stdout, host.stderr]) {
    output.on?.('error', (error) => {
      // A reader that went away (`… | head`) is no reason for a stack trace, nor to stop a gateway.
      if (error.code !== 'EPIPE' && !runsOn) host.exitCode = EXIT.failed;
    });
  }
  const program = buildProgram(argv, host, {
    async once(command) {
      code = await command();
    },
    async untilStopped(command) {
      runsOn = true;
      code = await command();
    },
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    code = report(error, host);
  }
  host.exitCode = code;
  // One-shot commands end when their output is written; a gateway that has stopped must not linger for any reason.
  if (runsOn) host.exit(code);
}

/** Prints why a command failed and returns its exit code. */
function report(error: unknown, host: Host): ExitCode {
  // commander has printed its own message already, --help and --version included.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  // A router may have written some of it, or whoever wrote the configuration.
  host.stderr.write(`${visibleText(failureText(error))}\n`);
  return error instanceof CommandFailure ? error.exitCode : EXIT.failed;
}
