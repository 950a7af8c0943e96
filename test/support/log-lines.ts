import { createLogger, type Logger, type LogLevel } from '../../src/log.js';

export interface LogLines {
  readonly log: Logger;
  /** Everything logged so far, as stderr would have it. */
  text(): string;
  /** The records logged so far. */
  records(): readonly Readonly<Record<string, unknown>>[];
}

/** The real logger, which keeps its lines. */
export function keepLog(level: LogLevel = 'debug'): LogLines {
  const lines: string[] = [];
  return {
    log: createLogger(level, { write: (line: string) => void lines.push(line) }),
    text: () => lines.join(''),
    records: () => lines.map((line) => JSON.parse(line)),
  };
}
