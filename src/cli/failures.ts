import { ConfigError, type ConfigProblem, formatProblem, GatewayError } from '../errors.js';
import { CommandFailure } from './host.js';

/**
 * The text for a failure: one message, or a line for each error and notice of the configuration.
 */
export function failureText(error: unknown): string {
  if (error instanceof ConfigError) return configText(error);
  if (error instanceof CommandFailure) return error.message;
  const code = systemCode(error);
  const { address, port } = addressOf(error);
  // For a Unix socket, the gateway's own message says more, because Node uses one code for several
  // errors.
  if (port === NO_PORT) return messageOf(error);
  const place = port === undefined ? address : `${address}:${port}`;
  if (code === 'EADDRINUSE') {
    return `Cannot listen on ${place}: the port is in use. Stop the program that uses it, or set listeners.NAME.port.`;
  }
  if (code === 'EACCES' && place !== '') {
    return `Cannot listen on ${place}: the operating system does not permit it. Set listeners.NAME.port to a number above 1023.`;
  }
  if (code === 'EADDRNOTAVAIL') return `Cannot listen on ${place}: this machine has no such address.`;
  return messageOf(error);
}

/**
 * The maximum number of printed lines. If the file is not a configuration, every line may be an
 * error.
 */
const MAX_LINES = 200;

function configText({ problems, notices }: ConfigError): string {
  const lines = problems.slice(0, MAX_LINES).map(formatProblem);
  if (problems.length > MAX_LINES) lines.push(`and ${problems.length - MAX_LINES} more problems`);
  lines.push(...notices.slice(0, MAX_LINES).map(noticeText));
  if (notices.length > MAX_LINES) lines.push(`and ${notices.length - MAX_LINES} more notices`);
  return lines.join('\n');
}

/** The port of a Unix socket in an error of Node. */
const NO_PORT = -1;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Marks a notice, so that the user knows that it does not prevent the start. */
function noticeText(notice: ConfigProblem): string {
  return formatProblem({ ...notice, message: `notice: ${notice.message}` });
}

/** The system error code (`ECONNREFUSED` …) from the error or one of its causes. */
export function systemCode(error: unknown): string | undefined {
  for (const link of causes(error)) {
    // Skips a GatewayError, because its code is the gateway's. Its cause has the code of the
    // system.
    if (link instanceof GatewayError) continue;
    const code = (link as { code?: unknown }).code;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

/** The port that another program uses. */
export const busyPort = (error: unknown): number | undefined => addressOf(error).port;

function addressOf(error: unknown): { readonly address: string; readonly port?: number } {
  for (const link of causes(error)) {
    const { address, port } = link as { address?: unknown; port?: unknown };
    if (typeof address === 'string') return typeof port === 'number' ? { address, port } : { address };
  }
  return { address: '' };
}

function causes(error: unknown): object[] {
  const chain: object[] = [];
  let link = error;
  while (typeof link === 'object' && link !== null && chain.length < 10) {
    chain.push(link);
    link = (link as { cause?: unknown }).cause;
  }
  return chain;
}
