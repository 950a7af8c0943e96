import { createLogger, type Logger, type LogLevel } from '../../src/log.js';

export interface LogLines {
  readonly log: Logger;
  /** Everything logged so far, as it would stand on stderr. */
  text(): string;
  /** The records logged so far. */
  records(): readonly Readonly<Record<string, unknown>>[];
}

/** The real logger, its lines kept. */
export function keepLog(level: LogLevel = 'debug'): LogLines {
  const lines: string[] = [];
  return {
    log: createLogger(level, { write: (line: string) => void lines.push(line) }),
    text: () => lines.join(''),
    records: () => lines.map((line) => JSON.parse(line)),
  };
}
