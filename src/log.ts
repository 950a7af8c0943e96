import { type DestinationStream, pino } from 'pino';

/** What the rooms may say to the log. A record is an object first, then one plain sentence. */
export interface Logger {
  debug(record: object, sentence: string): void;
  info(record: object, sentence: string): void;
  warn(record: object, sentence: string): void;
  error(record: object, sentence: string): void;
  /** Whether records of this level are kept, so that nobody makes one in vain; where it is absent they are. */
  isLevelEnabled?(level: LogLevel): boolean;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A JSON-lines logger.
 *
 * Whoever logs must pick harmless fields (procedure, path template, status, error code); the redaction here is a
 * second fence for a field that slips through by its usual name.
 */
export function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          'kwargs',
          'args',
          'headers',
          '_headers',
          'body',
          'token',
          'password',
          'secret',
          'vars',
          'url',
        ].flatMap((name) => [name, `*.${name}`]),
        censor: '[redacted]',
      },
    },
    destination,
  );
}

/** Says nothing: for tests and for embedders who want no log. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  isLevelEnabled: () => false,
};

/** Kind and place of a failure, for the log. Its message stays out: it may quote what somebody sent. */
export function errorLocation(error: unknown): { error: string; at?: string } {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = framesOf(error)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 5).join('\n') };
}

/** The stack behind the message, whose own lines may look like frames; nothing where the message was changed since. */
function framesOf({ stack = '', message }: Error): string {
  const begin = stack.indexOf(message);
  return begin < 0 ? '' : stack.slice(begin + message.length);
}
