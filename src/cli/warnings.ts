import type { Logger } from '../log.js';
import type { Host } from './host.js';

/** The longest warning. For example, the AWS SDK warns about an old Node.js in seven lines. */
const MAX_LENGTH = 300;

/**
 * Logs the warnings of the process, which Node.js would print as text between the lines of the log.
 * It replaces the listener of Node.js until the process ends.
 */
export function logWarnings(host: Host, log: Logger): void {
  host.removeAllListeners('warning');
  host.on('warning', (warning) => {
    const { name, code, message } = warning as NodeJS.ErrnoException;
    log.warn({ warning: name, code, message: oneLine(String(message)) }, 'warning of Node.js or a library');
  });
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
}
