import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endProgram, startProgram } from './processes.js';
import { createTemporaryFolder } from './temporary-folder.js';

export type LogRecord = Readonly<Record<string, unknown>>;

/** `rpc-gateway start` in a process of its own. */
export interface GatewayProcess {
  /** Resolves with the ready line. Rejects if the gateway ends before. */
  readonly ready: Promise<string>;
  readonly records: readonly LogRecord[];
  readonly pid: number | undefined;
  /** The first record that matches, now or when it is logged. Rejects if the gateway ends before. */
  logged(matches: (record: LogRecord) => boolean): Promise<LogRecord>;
  /** Resolves with the exit code. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  close(): Promise<void>;
}

const COMMAND = fileURLToPath(new URL('../../bin/rpc-gateway.js', import.meta.url));

/**
 * @param files further files beside the configuration, by name
 * @param env further variables of its environment
 */
export function startGatewayProcess(
  configuration: string,
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): GatewayProcess {
  const folder = createTemporaryFolder();
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  const file = folder.write('bondy.conf', configuration);
  const { child, output } = startProgram(process.execPath, [COMMAND, 'start', '--config', file], env);
  const records: LogRecord[] = [];
  let watchers: (() => void)[] = [];

  const untilSeen = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found !== undefined) resolve(found);
        else if (hasEnded(child)) reject(new Error(`the gateway ended: ${output()}`));
        else watchers.push(look);
      };
      look();
    });
  const wake = (): void => {
    const waiting = watchers;
    watchers = [];
    for (const look of waiting) look();
  };

  let readyLine: string | undefined;
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith('ready: ')) readyLine = line;
    wake();
  });
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (line.startsWith('{')) records.push(JSON.parse(line) as LogRecord);
    wake();
  });
  child.once('close', wake);

  const ready = untilSeen(() => readyLine);
  ready.catch(() => {});
  return {
    ready,
    records,
    pid: child.pid,
    logged: (matches) => untilSeen(() => records.find(matches)),
    end: (signal) => endProgram(child, signal),
    async close() {
      await endProgram(child, 'SIGKILL');
      folder.remove();
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;
