import { afterEach, beforeEach } from 'vitest';
import { type CommandRun, runCommand, untilReady } from './command.js';
import { type RecordingUpstream, startRecordingUpstream } from './recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from './temporary-folder.js';

export const PROCEDURE = 'rpc_gateway.services.billing.procedures.get_invoice';

/** The guide's first procedure on an ephemeral port. */
export function configuration(upstream: string, more = '', port = 0): string {
  return `rpc_gateway.services.billing.base_url = ${upstream}
${PROCEDURE}.uri = com.billing.get_invoice
${PROCEDURE}.realm = com.example.myrealm
${PROCEDURE}.path = /invoices/{{id}}
listeners.main.port = ${port}
${more}`;
}

/**
 * Gives each test an API and an empty folder. After the test, ends the commands that it started.
 */
export function commandFixture() {
  let folder: TemporaryFolder;
  let upstream: RecordingUpstream;
  const running: CommandRun[] = [];

  beforeEach(async () => {
    folder = createTemporaryFolder();
    upstream = await startRecordingUpstream();
  });
  afterEach(async () => {
    await Promise.all(
      running.splice(0).map((run) => {
        run.send('SIGTERM');
        return run.ended;
      }),
    );
    await upstream.close();
    folder.remove();
  });

  const run = (words: readonly string[], env: Record<string, string> = {}): CommandRun =>
    runCommand(words, { env });
  const finished = async (words: readonly string[], env: Record<string, string> = {}) => {
    const command = run(words, env);
    return { code: await command.ended, out: command.out(), err: command.err() };
  };
  const started = async (config: string): Promise<{ command: CommandRun; url: string }> => {
    const command = run(['start', '--config', folder.write('bondy.conf', config)]);
    running.push(command);
    return { command, ...(await untilReady(command)) };
  };
  return {
    get folder() {
      return folder;
    },
    get upstream() {
      return upstream;
    },
    running,
    finished,
    started,
  };
}
