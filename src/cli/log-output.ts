import type { DestinationStream } from 'pino';
import type { LogSettings } from '../config/model.js';
import { wantsColour } from './colour.js';
import type { Host } from './host.js';

/**
 * The destination of the log: stderr, as JSON lines or, on a terminal, as text for people. Only
 * this function loads the library for that text, so a service that logs to a file starts without
 * it. The library formats each line in this thread, so that nothing is lost when the process ends.
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

/** Escaped control characters, other escapes, and control characters that JSON does not escape. */
const CONTROLS = /\\(u00[01][0-9a-f]|[bfr])|\\.|[\u007f-\u009f]/gi;

/**
 * Replaces control characters in a line of JSON by visible escapes, except line feed and tab. Text
 * from others must not control the terminal.
 */
function visibleControls(line: string): string {
  return line.replace(CONTROLS, (found, control: string | undefined) => {
    if (control !== undefined) return `\\\\${control}`;
    return found.length > 1 ? found : `\\\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
