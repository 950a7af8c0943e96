import type { Logger } from '../log.js';
import type { Host } from './host.js';

/**
 * Tells systemd about the state of this process (sd_notify(3)), if systemd waits for it
 * (`Type=notify`). Otherwise it does nothing.
 *
 * systemd listens on a Unix datagram socket, which Node.js cannot open. So the program
 * `systemd-notify` sends the message. It is a child of this process, so the unit needs
 * `NotifyAccess=all`.
 */
export interface ServiceManager {
  /** @param status for `systemctl status` */
  ready(status: string): void;
  reloading(): void;
  /** Resolves when systemd was told everything, or cannot be told. A process may end after that. */
  stopping(): Promise<void>;
}

const PROGRAM = 'systemd-notify';
/** The message waits until systemd has read it, for at most 5 s. */
const TIMEOUT_MS = 10_000;

export function createServiceManager({ env, runProgram }: Host, log: Logger): ServiceManager {
  const { NOTIFY_SOCKET, PATH } = env;
  if (!NOTIFY_SOCKET || runProgram === undefined) return NO_MANAGER;
  // The environment may contain secrets, which the program does not need.
  const options = { env: { NOTIFY_SOCKET, ...(PATH && { PATH }) }, timeoutMs: TIMEOUT_MS };
  /** One message after the other, because the last state must arrive last. */
  let last: Promise<void> = Promise.resolve();

  async function send(message: readonly string[]): Promise<void> {
    const error = await runProgram?.(PROGRAM, message, options);
    if (error === undefined) return;
    log.warn(
      { program: PROGRAM, message: message[0], error },
      'systemd was not told the state of the gateway; check that systemd-notify is installed, and that the unit has NotifyAccess=all',
    );
  }

  function tell(...message: string[]): Promise<void> {
    last = last.then(() => send(message));
    return last;
  }

  return {
    ready: (status) => void tell('READY=1', `STATUS=${status}`),
    reloading: () => void tell('RELOADING=1', 'STATUS=reloading'),
    stopping: () => tell('STOPPING=1', 'STATUS=stopping: running calls may end'),
  };
}

const NO_MANAGER: ServiceManager = { ready() {}, reloading() {}, stopping: async () => {} };
