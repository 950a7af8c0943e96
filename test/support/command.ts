import { main } from '../../src/cli/main.js';
import { createFakeHost, type FakeHost } from './fake-host.js';

export interface CommandRun extends FakeHost {
  /** Resolves with the exit code when the command has ended. */
  readonly ended: Promise<number>;
}

/** Runs `rpc-gateway` with these arguments inside the test's process, with a fake `process`. */
export function runCommand(
  words: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly terminal?: boolean;
    readonly stdin?: string;
  } = {},
): CommandRun {
  const { env, ...rest } = options;
  const host = createFakeHost(env, rest);
  const ended = main(['node', '/repository/bin/rpc-gateway.js', ...words], host).then(() =>
    Number(host.exitCode),
  );
  return Object.assign(host, { ended });
}

/**
 * Waits for the ready line of `start` or `demo`; fails with the text of stderr if the command ends
 * first.
 */
export async function untilReady(run: CommandRun): Promise<{ url: string }> {
  await Promise.race([
    run.printed('ready: '),
    run.ended.then((code) => {
      throw new Error(`ended with ${code} before it was ready: ${run.err()}`);
    }),
  ]);
  const url = /^ready: .*?(wss?:\/\/\S+?)(?:,|$)/m.exec(run.out())?.[1];
  if (url === undefined) throw new Error(`no URL in the ready line: ${run.out()}`);
  return { url };
}
