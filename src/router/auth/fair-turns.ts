import { TooBusy } from './too-busy.js';

export interface FairTurnsLimits {
  /** How much work may run at a time. */
  readonly maxConcurrent: number;
  /** How much work may run for one source. This limit keeps one source from blocking the others. */
  readonly maxPerSource: number;
  /** How much work may wait. */
  readonly maxWaiting: number;
}

/** The client for which work is done. */
export interface Asker {
  readonly source: string;
  /** Aborted when nobody needs the result any more. */
  readonly signal: AbortSignal;
}

/** Runs expensive work that unauthenticated clients cause. */
export interface FairTurns {
  /**
   * Does the work when its turn comes. Sources take turns; the work of one source keeps its order.
   *
   * @throws TooBusy if too much work waits already, or if the client leaves before its turn
   */
  run<T>(asker: Asker, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly begin: () => void;
  readonly giveUp: () => void;
}

export function createFairTurns({ maxConcurrent, maxPerSource, maxWaiting }: FairTurnsLimits): FairTurns {
  /**
   * Waiting work, by source. The sources are in the order of their turns. Each source has at least
   * one entry.
   */
  const queues = new Map<string, Waiting[]>();
  const running = new Map<string, number>();
  let totalRunning = 0;
  let totalWaiting = 0;

  function hasFreeSlot(source: string): boolean {
    return totalRunning < maxConcurrent && (running.get(source) ?? 0) < maxPerSource;
  }

  function take(source: string): void {
    totalRunning += 1;
    running.set(source, (running.get(source) ?? 0) + 1);
  }

  function giveBack(source: string): void {
    totalRunning -= 1;
    const left = (running.get(source) ?? 0) - 1;
    if (left > 0) running.set(source, left);
    else running.delete(source);
    for (let next = nextSource(); next !== undefined; next = nextSource()) startFor(next);
  }

  function nextSource(): string | undefined {
    if (totalRunning >= maxConcurrent) return undefined;
    for (const source of queues.keys()) if (hasFreeSlot(source)) return source;
    return undefined;
  }

  function startFor(source: string): void {
    const queue = queues.get(source) ?? [];
    const first = queue[0];
    if (first === undefined) return;
    remove(source, first);
    if (queue.length > 0) {
      // Moves the source to the end, so that the other sources come first.
      queues.delete(source);
      queues.set(source, queue);
    }
    take(source);
    first.begin();
  }

  function remove(source: string, entry: Waiting): void {
    const queue = queues.get(source) ?? [];
    const index = queue.indexOf(entry);
    if (index < 0) return;
    queue.splice(index, 1);
    totalWaiting -= 1;
    if (queue.length === 0) queues.delete(source);
  }

  /**
   * Makes room if the waiting list is full. Removes the last entry of the longest queue, if that
   * queue is longer than the one of the new work.
   */
  function makeRoom(source: string): boolean {
    if (totalWaiting < maxWaiting) return true;
    let longest = source;
    for (const [other, queue] of queues) {
      if (queue.length > (queues.get(longest)?.length ?? 0) + (longest === source ? 1 : 0)) longest = other;
    }
    const last = longest === source ? undefined : queues.get(longest)?.at(-1);
    if (last === undefined) return false;
    remove(longest, last);
    last.giveUp();
    return true;
  }

  function waitForTurn({ source, signal }: Asker): Promise<void> {
    if (!makeRoom(source)) return Promise.reject(new TooBusy());
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        remove(source, waiting);
        reject(new TooBusy());
      };
      const waiting: Waiting = {
        begin() {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
        giveUp() {
          signal.removeEventListener('abort', onAbort);
          reject(new TooBusy());
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const queue = queues.get(source);
      if (queue === undefined) queues.set(source, [waiting]);
      else queue.push(waiting);
      totalWaiting += 1;
    });
  }

  return {
    async run(asker, work) {
      const { source, signal } = asker;
      if (signal.aborted) throw new TooBusy();
      if (hasFreeSlot(source) && !queues.has(source)) take(source);
      else await waitForTurn(asker);
      try {
        return await work();
      } finally {
        giveBack(source);
      }
    },
  };
}
