import { type Clock, systemClock } from '../clock.js';
import type { GatewayStatus } from '../status/gateway-status.js';
import { notAnAdminListener, sendAdminRequest } from './admin-request.js';
import { type AdminAddress, type AdminOptions, adminAddress } from './admin-target.js';
import { jsonLine, paintForTerminal, paintNothing, wantsColour } from './colour.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';
import { statusText } from './status-table.js';

export interface StatusOptions extends AdminOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

const TIMEOUT_MS = 10_000;
/** Milliseconds between two pictures of `--watch`. */
const WATCH_MS = 1_000;
/** Moves the cursor to the top left corner, and clears everything (ECMA-48: CUP, ED). */
const CLEAR = '\u001b[H\u001b[J';

/**
 * `rpc-gateway status`: prints the state of a running gateway.
 *
 * @throws CommandFailure with exit code 3 if no gateway answers.
 */
export async function status(
  options: StatusOptions,
  host: Host,
  clock: Clock = systemClock,
): Promise<ExitCode> {
  const address = adminAddress(options, host);
  if (options.watch !== true) {
    host.stdout.write(render(await fetchStatus(address), options, host));
    return EXIT.ok;
  }
  await watch(address, options, host, clock);
  return EXIT.ok;
}

/** Prints the state every second until Ctrl-C. A gateway that does not answer may come back. */
async function watch(address: AdminAddress, options: StatusOptions, host: Host, clock: Clock): Promise<void> {
  let isOver = false;
  let wake = (): void => {};
  const end = (): void => {
    isOver = true;
    wake();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) host.on(signal, end);
  const redraws = host.stdout.isTTY === true && options.json !== true;
  try {
    while (!isOver) {
      const text = await picture(address, options, host);
      if (isOver) return;
      host.stdout.write(redraws ? `${CLEAR}${text}` : text);
      await new Promise<void>((resolve) => {
        const stopTimer = clock.after(WATCH_MS, resolve);
        wake = () => {
          stopTimer();
          resolve();
        };
      });
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) host.off(signal, end);
  }
}

async function picture(address: AdminAddress, options: StatusOptions, host: Host): Promise<string> {
  try {
    return render(await fetchStatus(address), options, host);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return options.json === true ? jsonLine({ error: error.message }) : `${error.message}\n`;
  }
}

async function fetchStatus(address: AdminAddress): Promise<GatewayStatus> {
  const { status: code, body } = await sendAdminRequest(address, {
    method: 'GET',
    path: '/status',
    timeoutMs: TIMEOUT_MS,
  });
  if (code === 200 && typeof body['state'] === 'string') return body as unknown as GatewayStatus;
  throw notAnAdminListener(address);
}

function render(found: GatewayStatus, { json }: StatusOptions, host: Host): string {
  if (json === true) return jsonLine(found);
  return statusText(found, wantsColour(host.stdout, host.env) ? paintForTerminal : paintNothing);
}
