import { TooBusy } from './too-busy.js';

export interface FairTurnsLimits {
  /** Work under way at a time. */
  readonly mostAtATime: number;
  /** Of it, for one source: what it holds cannot keep the others from beginning. */
  readonly mostOfSource: number;
  /** Work that may wait for its turn. */
  readonly mostWaiting: number;
}

/** For whom work is done. */
export interface Asker {
  readonly source: string;
  /** Aborted when nobody wants the outcome any more. */
  readonly signal: AbortSignal;
}

/** Work that strangers ask for and that the whole process pays. */
export interface FairTurns {
  /**
   * Does the work when its turn comes: sources take turns, and within one the work goes in order.
   *
   * @throws TooBusy where too much waits already, and where the asker has gone before the turn came
   */
  run<T>(asker: Asker, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly begin: () => void;
  readonly giveUp: () => void;
}

export function createFairTurns({ mostAtATime, mostOfSource, mostWaiting }: FairTurnsLimits): FairTurns {
  /**
   * Those that wait, by source. The sources stand in the order of their turns; each has one waiting
   * at least.
   */
  const lines = new Map<string, Waiting[]>();
  const running = new Map<string, number>();
  let runningInAll = 0;
  let waitingInAll = 0;

  function hasPlace(source: string): boolean {
    return runningInAll < mostAtATime && (running.get(source) ?? 0) < mostOfSource;
  }

  function take(source: string): void {
    runningInAll += 1;
    running.set(source, (running.get(source) ?? 0) + 1);
  }

  function giveBack(source: string): void {
    runningInAll -= 1;
    const left = (running.get(source) ?? 0) - 1;
    if (left > 0) running.set(source, left);
    else running.delete(source);
    for (let next = sourceInTurn(); next !== undefined; next = sourceInTurn()) beginFor(next);
  }

  function sourceInTurn(): string | undefined {
    if (runningInAll >= mostAtATime) return undefined;
    for (const source of lines.keys()) if (hasPlace(source)) return source;
    return undefined;
  }

  function beginFor(source: string): void {
    const line = lines.get(source) ?? [];
    const first = line[0];
    if (first === undefined) return;
    remove(source, first);
    if (line.length > 0) {
      // To the end: the other sources come first now.
      lines.delete(source);
      lines.set(source, line);
    }
    take(source);
    first.begin();
  }

  function remove(source: string, one: Waiting): void {
    const line = lines.get(source) ?? [];
    const index = line.indexOf(one);
    if (index < 0) return;
    line.splice(index, 1);
    waitingInAll -= 1;
    if (line.length === 0) lines.delete(source);
  }

  /**
   * Where all places to wait are taken: the last of the longest line goes, if that is longer than
   * the newcomer's.
   */
  function makeRoom(source: string): boolean {
    if (waitingInAll < mostWaiting) return true;
    let longest = source;
    for (const [other, line] of lines) {
      if (line.length > (lines.get(longest)?.length ?? 0) + (longest === source ? 1 : 0)) longest = other;
    }
    const last = longest === source ? undefined : lines.get(longest)?.at(-1);
    if (last === undefined) return false;
    remove(longest, last);
    last.giveUp();
    return true;
  }

  function waitForTurn({ source, signal }: Asker): Promise<void> {
    if (!makeRoom(source)) return Promise.reject(new TooBusy());
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        remove(source, waiting);
        reject(new TooBusy());
      };
      const waiting: Waiting = {
        begin() {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        giveUp() {
          signal.removeEventListener('abort', leave);
          reject(new TooBusy());
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      const line = lines.get(source);
      if (line === undefined) lines.set(source, [waiting]);
      else line.push(waiting);
      waitingInAll += 1;
    });
  }

  return {
    async run(asker, work) {
      const { source, signal } = asker;
      if (signal.aborted) throw new TooBusy();
      if (hasPlace(source) && !lines.has(source)) take(source);
      else await waitForTurn(asker);
      try {
        return await work();
      } finally {
        giveBack(source);
      }
    },
  };
}
