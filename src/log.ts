import { type DestinationStream, pino } from 'pino';

/**
 * A log. Each record is an object with fields, and a message of one sentence. A pino logger has
 * this type.
 *
 * @example
 * ```ts
 * import { createGateway, type Logger, loadConfig, silentLogger } from 'wamp-rpc-gateway';
 *
 * const log: Logger = {
 *   ...silentLogger,
 *   warn: (record, message) => console.warn(message, record),
 *   error: (record, message) => console.error(message, record),
 *   isLevelEnabled: (level) => level === 'warn' || level === 'error',
 * };
 *
 * const gateway = createGateway(loadConfig('bondy.conf', { env: process.env }), { log });
 * await gateway.start();
 * await gateway.stop();
 * ```
 */
export interface Logger {
  debug(record: object, message: string): void;
  info(record: object, message: string): void;
  warn(record: object, message: string): void;
  error(record: object, message: string): void;
  /**
   * Tells whether the log keeps records of this level. The gateway does not build a record that
   * would be dropped. A logger without this method gets all records.
   */
  isLevelEnabled?(level: LogLevel): boolean;
  /**
   * Keeps records of this level and of more severe levels from now on. A reload calls it with
   * `log.level`. Without this method, the level stays.
   */
  setLevel?(level: LogLevel): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/**
 * A log keeps records of this level and of more severe levels. `silent` keeps nothing.
 *
 * @useDeclaredType
 */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Creates a logger that writes one JSON object per line.
 *
 * Code that logs must choose harmless fields (procedure, path template, status, error code). As a
 * second defence, the logger replaces fields with names such as `token`, `password` or `headers` by
 * `[redacted]`.
 *
 * @param level the least severe level that is written
 * @param destination gets the lines: a stream, or any object with `write(line)`
 *
 * @example
 * ```ts
 * import { createGateway, createLogger, loadConfig } from 'wamp-rpc-gateway';
 *
 * const log = createLogger('info', process.stdout);
 * const gateway = createGateway(loadConfig('bondy.conf', { env: process.env }), { log });
 * await gateway.start();
 * log.info({ endpoints: gateway.endpoints }, 'the gateway accepts clients');
 * await gateway.stop();
 * ```
 */
export function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  const logger = pino(
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
  return Object.assign(logger, {
    setLevel(changed: LogLevel) {
      logger.level = changed;
    },
  });
}

/** Drops every record. The default of `createGateway`. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  isLevelEnabled: () => false,
};

/**
 * The type and location of an error, for the log. Omits its message, which may quote a client's
 * data.
 */
export function errorLocation(error: unknown): { error: string; at?: string } {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = framesOf(error)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 5).join('\n') };
}

/**
 * The stack without the message, because lines of the message may look like stack frames. Empty if
 * the message was changed after the error was created.
 */
function framesOf({ stack = '', message }: Error): string {
  const begin = stack.indexOf(message);
  return begin < 0 ? '' : stack.slice(begin + message.length);
}
