import type { Logger } from '../log.js';
import type { SummedLog } from '../summed-log.js';

/**
 * A log for the token requests of single callers. Each caller can make its own fail, so equal lines
 * are summed up.
 */
export function summing(log: Logger, lines: SummedLog): Logger {
  const line = (level: 'info' | 'warn') => (record: object, message: string) => {
    const { service, cause, ...own } = record as { readonly service?: unknown; readonly cause?: unknown };
    lines[level]({ service, ...(cause !== undefined && { cause }) }, message, own);
  };
  return {
    debug: (record, message) => log.debug(record, message),
    info: line('info'),
    warn: line('warn'),
    error: (record, message) => log.error(record, message),
    isLevelEnabled: (level) => log.isLevelEnabled?.(level) ?? true,
  };
}
