import type { Clock } from './clock.js';
import type { Logger, LogLevel } from './log.js';

type Level = Exclude<LogLevel, 'silent'>;

export interface SummedLogOptions {
  readonly log: Logger;
  readonly clock: Clock;
  /** The maximum lines of one kind in a window. Further lines are only counted. */
  readonly max: number;
  readonly windowMs: number;
  /** The maximum kinds of lines that are distinguished at a time. Default: 500. */
  readonly maxKinds?: number;
}

/**
 * Writes a log line. Unknown clients or outages may cause any number of such lines. Lines are of
 * one kind if level, message and `same` are equal. In a window, the log writes `max` lines of a
 * kind and counts the others. At the end of the window, one line has their number in the field
 * `repeated`. This line counts as the first one of the next window.
 *
 * @param same fields that belong to the kind. They should be short, and have few different values.
 * @param own fields of this line only, such as an ID or an address. The summary line omits them.
 */
export type SummedLine = (same: object, message: string, own?: object) => void;

export interface SummedLog extends Readonly<Record<Level, SummedLine>> {
  /** Writes the pending summary lines and stops the timer. Call it at the end. */
  flush(): void;
}

interface Kind {
  readonly level: Level;
  readonly same: object;
  readonly message: string;
  /** When the window began, in monotonic milliseconds. */
  startedAt: number;
  written: number;
  held: number;
}

/** The limits for lines that any client can cause, by connecting or by sending. */
export const LINES_OF_STRANGERS = { max: 10, windowMs: 10_000 } as const;

const DEFAULT_MAX_KINDS = 500;
/** Maximum characters of a key. Keys stay in memory, so lines with a longer key share one kind. */
const MAX_KEY_LENGTH = 2000;
const OTHER_KINDS = 'lines of many other kinds';

export function createSummedLog(options: SummedLogOptions): SummedLog {
  const { log, clock, max, windowMs, maxKinds = DEFAULT_MAX_KINDS } = options;
  // All windows have the same length. So they end in the order of insertion into the map.
  const kinds = new Map<string, Kind>();
  let kindsHeld = 0;
  let stopTimer: (() => void) | undefined;

  function line(level: Level): SummedLine {
    return (same, message, own) => {
      if (log.isLevelEnabled?.(level) === false) return;
      const now = clock.monotonic();
      sweep(now);
      const kind = kindOf(level, same, message, now);
      if (kind.written < max) {
        kind.written++;
        log[level]({ ...same, ...own }, message);
      } else if (kind.held++ === 0) {
        kindsHeld++;
        arm(now);
      }
    };
  }

  function kindOf(level: Level, same: object, message: string, now: number): Kind {
    const key = `${level} ${message} ${JSON.stringify(same)}`;
    const known = kinds.get(key);
    if (known !== undefined) return known;
    if (kinds.size < maxKinds && key.length <= MAX_KEY_LENGTH)
      return begin(key, { level, same, message }, now);
    // All other lines share one kind per level, so that the map stays small.
    return kinds.get(level) ?? begin(level, { level, same: {}, message: OTHER_KINDS }, now);
  }

  function begin(key: string, kind: Pick<Kind, 'level' | 'same' | 'message'>, now: number): Kind {
    const started = { ...kind, startedAt: now, written: 0, held: 0 };
    kinds.set(key, started);
    return started;
  }

  /** Ends the windows that have reached their length. */
  function sweep(now: number): void {
    for (const [key, kind] of kinds) {
      if (kind.startedAt + windowMs > now) return;
      kinds.delete(key);
      if (kind.held === 0) continue;
      sumUp(kind, now);
      kinds.set(key, { ...kind, startedAt: now, written: 1, held: 0 });
    }
  }

  function sumUp({ level, same, message, startedAt, held }: Kind, now: number): void {
    kindsHeld--;
    const times = held === 1 ? '1 more time' : `${held} more times`;
    log[level](
      { ...same, repeated: held, within_ms: Math.round(now - startedAt) },
      `${message}, ${times}: summed up`,
    );
  }

  /**
   * The timer runs only while lines wait for a summary. Otherwise the next line ends old windows.
   */
  function arm(now: number): void {
    const [first] = kinds.values();
    if (stopTimer !== undefined || first === undefined) return;
    stopTimer = clock.after(first.startedAt + windowMs - now, () => {
      stopTimer = undefined;
      const later = clock.monotonic();
      sweep(later);
      if (kindsHeld > 0) arm(later);
    });
  }

  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    flush() {
      stopTimer?.();
      stopTimer = undefined;
      const now = clock.monotonic();
      for (const kind of kinds.values()) if (kind.held > 0) sumUp(kind, now);
      kinds.clear();
    },
  };
}
