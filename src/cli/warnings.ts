import type { Logger } from '../log.js';
import type { Host } from './host.js';

/** The AWS SDK's complaint about an old Node.js has seven lines. */
const MAX_LENGTH = 300;

/**
 * Makes records of the process's own warnings, which Node.js would print as text between the lines of the log. For as
 * long as the process lives: nothing else prints them any more.
 */
export function logWarnings(host: Host, log: Logger): void {
  host.removeAllListeners('warning');
  host.on('warning', (warning) => {
    const { name, code, message } = warning as NodeJS.ErrnoException;
    log.warn({ warning: name, code, message: oneLine(String(message)) }, 'Node.js, or a library, warns');
  });
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
}
