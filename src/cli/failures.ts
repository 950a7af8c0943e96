import { ConfigError, type ConfigProblem, formatProblem, GatewayError } from '../errors.js';
import { CommandFailure } from './host.js';

/** What to print for a failure: one plain sentence, or a line for each fault of the configuration and each notice. */
export function failureText(error: unknown): string {
  if (error instanceof ConfigError) return configText(error);
  if (error instanceof CommandFailure) return error.message;
  const code = systemCode(error);
  const { address, port } = addressOf(error);
  // What is wrong with a Unix socket has been told in the error's own words: Node has the same code for several faults.
  if (port === NO_PORT) return messageOf(error);
  const place = port === undefined ? address : `${address}:${port}`;
  if (code === 'EADDRINUSE') {
    return `Cannot listen on ${place}: the port is in use. Stop the program that uses it, or set listeners.NAME.port.`;
  }
  if (code === 'EACCES' && place !== '') {
    return `Cannot listen on ${place}: not permitted. Set listeners.NAME.port to one above 1023.`;
  }
  if (code === 'EADDRNOTAVAIL') return `Cannot listen on ${place}: this machine has no such address.`;
  return messageOf(error);
}

/** More than anybody reads: a file of another kind can have a fault in each of its lines. */
const MOST_LINES = 200;

function configText({ problems, notices }: ConfigError): string {
  const lines = problems.slice(0, MOST_LINES).map(formatProblem);
  if (problems.length > MOST_LINES) lines.push(`and ${problems.length - MOST_LINES} more problems`);
  lines.push(...notices.slice(0, MOST_LINES).map(noticeText));
  if (notices.length > MOST_LINES) lines.push(`and ${notices.length - MOST_LINES} more notices`);
  return lines.join('\n');
}

/** What Node gives for the port of a Unix socket. */
const NO_PORT = -1;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** In the form of a fault, but marked: the reader need not mend it to go on. */
function noticeText(notice: ConfigProblem): string {
  return formatProblem({ ...notice, message: `notice: ${notice.message}` });
}

/** The system's code for a failure (`ECONNREFUSED` …), found along the chain of causes. */
export function systemCode(error: unknown): string | undefined {
  for (const link of causes(error)) {
    // Its code is our own; the cause has that of the system.
    if (link instanceof GatewayError) continue;
    const code = (link as { code?: unknown }).code;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

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
