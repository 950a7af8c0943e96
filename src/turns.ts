/** Milliseconds that one turn of the event loop may spend on work that clients cause. */
const TURN_MS = 5;

/** The minimum milliseconds of a turn that each task gets, for any number of tasks. */
const LEAST_SLICE_MS = 0.5;

/** The part of a clock that turns need. */
interface TurnsClock {
  monotonic(): number;
}

/**
 * Does at least one step of its work, and further steps while {@link Turns.hasTime}. Returns true
 * when the work is done. Returns `last` if no other task should run in this turn.
 */
export type Task = () => boolean | 'last';

/**
 * Shares the event loop between the connections' messages and longer tasks. Work that does not fit
 * into a turn continues in a later one, so that sockets are read and timers fire in between. Tasks
 * run round robin. So a client that causes much work waits for it, and other clients do not.
 */
export interface Turns {
  /** The number of the turn. It changes after each turn in which `hasTime` was called. */
  readonly number: number;
  /** Whether this turn has time left. Reads the clock. */
  hasTime(): boolean;
  /**
   * Runs a task in the following turns, until it is done.
   *
   * @param isLong true for work of many milliseconds, as opposed to a few messages. While short
   *   tasks wait too, all long tasks together get half of the time.
   */
  add(task: Task, isLong?: boolean): void;
}

export function createTurns(clock: TurnsClock): Turns {
  const short: Task[] = [];
  const long: Task[] = [];
  let number = 0;
  /** The end of the turn in monotonic milliseconds. 0 if `hasTime` was not called in this turn. */
  let deadline = 0;
  let isArmed = false;

  function arm(): void {
    if (isArmed) return;
    isArmed = true;
    setImmediate(run);
  }

  /** Runs after the sockets were read, once in each turn with work. */
  function run(): void {
    isArmed = false;
    number++;
    try {
      runTasks();
    } finally {
      deadline = 0;
      if (short.length > 0 || long.length > 0) arm();
    }
  }

  /** Runs each task at most once. */
  function runTasks(): void {
    let shortLeft = short.length;
    let longLeft = long.length;
    if (shortLeft + longLeft === 0) return;
    let now = clock.monotonic();
    const end = now + TURN_MS;
    const slice = Math.max(TURN_MS / (shortLeft + longLeft), LEAST_SLICE_MS);
    // Alternates between both kinds of tasks, so that a few messages do not wait behind the long
    // work of many clients.
    let isLong = number % 2 === 0;
    while (shortLeft + longLeft > 0 && now < end) {
      isLong = longLeft > 0 && (!isLong || shortLeft === 0);
      if (isLong) longLeft--;
      else shortLeft--;
      const tasks = isLong ? long : short;
      const task = tasks.shift();
      deadline = Math.min(end, now + slice);
      const outcome = task?.();
      if (outcome === 'last') return;
      if (outcome === false && task !== undefined) tasks.push(task);
      now = clock.monotonic();
    }
  }

  return {
    get number() {
      return number;
    },
    hasTime() {
      const now = clock.monotonic();
      if (deadline !== 0) return now < deadline;
      deadline = now + TURN_MS;
      arm();
      return true;
    },
    add(task, isLong = false) {
      (isLong ? long : short).push(task);
      arm();
    },
  };
}

/** Steps between two readings of the clock. Work with fewer steps is done immediately. */
const STEPS = 16;

/**
 * Runs the steps of an iterator, now and in later turns. After a step that yields false, the next
 * step runs in the next turn.
 *
 * @returns a promise if the work is not done immediately
 */
export function inTurns(turns: Turns, steps: Iterator<unknown>): Promise<void> | undefined {
  function runSteps(): boolean {
    for (let count = 1; ; count++) {
      const { done, value } = steps.next();
      if (done === true) return true;
      if (value === false || (count % STEPS === 0 && !turns.hasTime())) return false;
    }
  }
  if (runSteps()) return undefined;
  return new Promise((resolve) => {
    turns.add(() => {
      const isDone = runSteps();
      if (isDone) resolve();
      return isDone;
    }, true);
  });
}

/**
 * Runs work in as many turns as it needs, beginning immediately. Resolves with its result. Rejects
 * with the error that the work throws.
 *
 * @param isWanted called before each step. If it returns false, the work ends early.
 * @returns undefined if the work ended early
 */
export async function resultInTurns<T>(
  turns: Turns,
  work: Iterator<unknown, T>,
  isWanted: () => boolean,
): Promise<T | undefined> {
  let result: T | undefined;
  let failure: { readonly error: unknown } | undefined;
  function* steps(): Generator<boolean, void> {
    while (isWanted()) {
      try {
        const step = work.next();
        if (step.done === true) {
          result = step.value;
          return;
        }
      } catch (error) {
        // An exception in a task would end the process.
        failure = { error };
        return;
      }
      yield turns.hasTime();
    }
  }
  await inTurns(turns, steps());
  if (failure !== undefined) throw failure.error;
  return result;
}

/**
 * Resolves at the end of a turn. No two promises of this function resolve in the same turn. Use it
 * before work of many milliseconds that cannot be divided, such as copying a large frame.
 */
export function lastInTurn(turns: Turns): Promise<void> {
  return new Promise((resolve) => {
    turns.add(() => {
      resolve();
      return 'last';
    }, true);
  });
}
