import type { Clock } from './clock.js';
import type { Logger, LogLevel } from './log.js';

type Level = Exclude<LogLevel, 'silent'>;

export interface SummedLogOptions {
  readonly log: Logger;
  readonly clock: Clock;
  /** Lines of one kind that are written in a window; those beyond it are counted. */
  readonly most: number;
  /** Milliseconds. */
  readonly windowMs: number;
  /** Kinds of lines that are told apart at a time. Default: 500. */
  readonly maxKinds?: number;
}

/**
 * A log for lines that strangers or outages cause, as many as they like. Two lines are of one kind where level, sentence
 * and `same` are equal. Of one kind `most` lines are written in a window; the others are held back, and at its end one
 * line tells their number in the field `repeated`. That line counts as the first of the next window.
 *
 * @param same fields that make the kind: few different values, short ones
 * @param own fields of this line alone, such as an id or an address; a line that sums up leaves them out
 */
export type SummedLine = (same: object, sentence: string, own?: object) => void;

export interface SummedLog extends Readonly<Record<Level, SummedLine>> {
  /** Writes what was held back so far and stops the timer: to be called at the end. */
  flush(): void;
}

interface Kind {
  readonly level: Level;
  readonly same: object;
  readonly sentence: string;
  /** Monotonic milliseconds. */
  begun: number;
  written: number;
  held: number;
}

/** For lines that any client can cause by connecting, or by what it sends. */
export const LINES_OF_STRANGERS = { most: 10, windowMs: 10_000 } as const;

const DEFAULT_MAX_KINDS = 500;
/** Characters; a kind with a longer key is not told apart, for keys are kept. */
const MAX_KEY_LENGTH = 2000;
const OTHER_KINDS = 'lines of many other kinds';

export function createSummedLog(options: SummedLogOptions): SummedLog {
  const { log, clock, most, windowMs, maxKinds = DEFAULT_MAX_KINDS } = options;
  // All windows are equally long, so the map's order of insertion is the order in which they end.
  const kinds = new Map<string, Kind>();
  let kindsHeld = 0;
  let stopTimer: (() => void) | undefined;

  function line(level: Level): SummedLine {
    return (same, sentence, own) => {
      if (log.isLevelEnabled?.(level) === false) return;
      const now = clock.monotonic();
      sweep(now);
      const kind = kindOf(level, same, sentence, now);
      if (kind.written < most) {
        kind.written++;
        log[level]({ ...same, ...own }, sentence);
      } else if (kind.held++ === 0) {
        kindsHeld++;
        arm(now);
      }
    };
  }

  function kindOf(level: Level, same: object, sentence: string, now: number): Kind {
    const key = `${level} ${sentence} ${JSON.stringify(same)}`;
    const known = kinds.get(key);
    if (known !== undefined) return known;
    if (kinds.size < maxKinds && key.length <= MAX_KEY_LENGTH)
      return begin(key, { level, same, sentence }, now);
    // Keyed by the level alone, so that there are few more than `maxKinds`.
    return kinds.get(level) ?? begin(level, { level, same: {}, sentence: OTHER_KINDS }, now);
  }

  function begin(key: string, kind: Pick<Kind, 'level' | 'same' | 'sentence'>, now: number): Kind {
    const begun = { ...kind, begun: now, written: 0, held: 0 };
    kinds.set(key, begun);
    return begun;
  }

  /** Ends the windows that are over. */
  function sweep(now: number): void {
    for (const [key, kind] of kinds) {
      if (kind.begun + windowMs > now) return;
      kinds.delete(key);
      if (kind.held === 0) continue;
      sumUp(kind, now);
      kinds.set(key, { ...kind, begun: now, written: 1, held: 0 });
    }
  }

  function sumUp({ level, same, sentence, begun, held }: Kind, now: number): void {
    kindsHeld--;
    const times = held === 1 ? '1 more time' : `${held} more times`;
    log[level](
      { ...same, repeated: held, within_ms: Math.round(now - begun) },
      `${sentence}, ${times}: summed up`,
    );
  }

  /** A timer runs only while something is held back; what is over otherwise is swept by the next line. */
  function arm(now: number): void {
    const [first] = kinds.values();
    if (stopTimer !== undefined || first === undefined) return;
    stopTimer = clock.after(first.begun + windowMs - now, () => {
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
