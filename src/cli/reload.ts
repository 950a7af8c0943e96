import type { ReloadChange } from '../status/actions.js';
import { sendAdminRequest } from './admin-request.js';
import { type AdminOptions, adminAddress } from './admin-target.js';
import { visibleText } from './colour.js';
import { count } from './configuration.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';

export interface ReloadOptions extends AdminOptions {
  readonly dryRun?: boolean;
}

/** A reload reads all files, and may wait for secrets. */
const TIMEOUT_MS = 60_000;

/**
 * `rpc-gateway reload`: makes a running gateway use its changed configuration.
 *
 * @throws CommandFailure with exit code 3 if no gateway answers, and 1 if it refuses or fails.
 */
export async function reload(options: ReloadOptions, host: Host): Promise<ExitCode> {
  const address = adminAddress(options, host);
  const dryRun = options.dryRun === true;
  const { status, body } = await sendAdminRequest(address, {
    method: 'POST',
    path: `/reload?dry_run=${dryRun}`,
    timeoutMs: TIMEOUT_MS,
  });
  if (status !== 200) throw new CommandFailure(failureOf(body, address.url));
  const { changes = [], notices = [] } = body as {
    readonly changes?: readonly ReloadChange[];
    readonly notices?: readonly string[];
  };
  for (const notice of notices) host.stderr.write(`${visibleText(notice)}\n`);
  host.stdout.write(visibleText(changesText(changes, dryRun)));
  return EXIT.ok;
}

function changesText(changes: readonly ReloadChange[], dryRun: boolean): string {
  if (changes.length === 0) {
    return dryRun ? 'A reload would change nothing.\n' : 'The gateway has reloaded: nothing has changed.\n';
  }
  const title = dryRun
    ? `A reload would make ${count(changes.length, 'change')}:`
    : `The gateway has reloaded, with ${count(changes.length, 'change')}:`;
  const lines = changes.map(
    ({ what, name, change, effect }) => `  ${what} ${name}: ${change}${effect === '' ? '' : `; ${effect}`}`,
  );
  return `${[title, ...lines].join('\n')}\n`;
}

/** The problems as `check` prints them, or the reason. */
function failureOf(body: Readonly<Record<string, unknown>>, url: string): string {
  const { problems, message } = body;
  if (Array.isArray(problems)) {
    return [...problems.map(String), 'Nothing has changed: the configuration has mistakes.'].join('\n');
  }
  return `The gateway at ${url} has not reloaded: ${String(message)}`;
}
