import type { DestinationStream } from 'pino';
import type { LogSettings } from '../config/model.js';
import { wantsColour } from './colour.js';
import type { Host } from './host.js';

/**
 * Where the log goes: to stderr, as the JSON lines that it is made of or, on a terminal, written for people. The library
 * for that is loaded here, and nowhere else: a service that logs to a file starts without it. It works line by line in this
 * thread, so that nothing is lost when the process ends.
 */
export async function logOutput(format: LogSettings['format'], host: Host): Promise<DestinationStream> {
  const { stderr, env } = host;
  if (format === 'json' || (format === 'auto' && stderr.isTTY !== true)) return stderr;
  const { prettyFactory } = await import('pino-pretty');
  const prettify = prettyFactory({
    colorize: wantsColour(stderr, env),
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  });
  return { write: (line) => stderr.write(prettify(visibleControls(line))) };
}

/** Control characters as JSON writes them, another escape as a whole, and those that JSON leaves as they are. */
const CONTROLS = /\\(u00[01][0-9a-f]|[bfr])|\\.|[\u007f-\u009f]/gi;

/**
 * A line of JSON in which text has visible escapes in the place of control characters, line feed and tab excepted: what
 * somebody sent must not steer the terminal.
 */
function visibleControls(line: string): string {
  return line.replace(CONTROLS, (found, control: string | undefined) => {
    if (control !== undefined) return `\\\\${control}`;
    return found.length > 1 ? found : `\\\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
