/** How long one turn of the event loop may be spent on work that others can ask for without end; milliseconds. */
const TURN_MS = 5;

/** The shortest part of a turn that a task gets, however many tasks there are; milliseconds. */
const LEAST_SLICE_MS = 0.5;

/** What turns need of a clock. */
interface TurnsClock {
  /** Milliseconds. */
  monotonic(): number;
}

/** Goes on with its work while {@link Turns.hasTime}, at least one step. Returns true when nothing is left to do. */
export type Task = () => boolean;

/**
 * Shares the event loop between all who give it work: messages of connections, and what takes longer than one message.
 * Work that does not fit into a turn goes on in a later one, so that sockets are read and timers fire in between. Tasks take
 * turns round robin: who gives much work waits for it, and nobody else does.
 */
export interface Turns {
  /** Changes from turn to turn, at least where `hasTime` was asked. */
  readonly number: number;
  /** Whether this turn has time left for more; costs a look at the clock. */
  hasTime(): boolean;
  /** Runs a task in the coming turns, until it is done. */
  add(task: Task): void;
}

export function createTurns(clock: TurnsClock): Turns {
  const tasks: Task[] = [];
  let number = 0;
  /** Monotonic; 0 where nobody has asked in this turn. */
  let deadline = 0;
  let isArmed = false;

  function arm(): void {
    if (isArmed) return;
    isArmed = true;
    setImmediate(run);
  }

  /** Runs after the sockets were read, once in each turn in which there is something to do. */
  function run(): void {
    isArmed = false;
    number++;
    try {
      runTasks();
    } finally {
      deadline = 0;
      if (tasks.length > 0) arm();
    }
  }

  function runTasks(): void {
    if (tasks.length === 0) return;
    let now = clock.monotonic();
    const end = now + TURN_MS;
    const slice = Math.max(TURN_MS / tasks.length, LEAST_SLICE_MS);
    for (let left = tasks.length; left > 0 && now < end; left--) {
      const task = tasks.shift();
      deadline = Math.min(end, now + slice);
      if (task?.() === false) tasks.push(task);
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
    add(task) {
      tasks.push(task);
      arm();
    },
  };
}

/** Steps between two looks at the clock; what has no more of them is done at once. */
const STEPS = 16;

/**
 * Takes step after step, now and in as many later turns as they need. A step that gives false waits for the next turn.
 *
 * @returns a promise where it is not done at once
 */
export function inTurns(turns: Turns, steps: Iterator<unknown>): Promise<void> | undefined {
  function goOn(): boolean {
    for (let count = 1; ; count++) {
      const { done, value } = steps.next();
      if (done === true) return true;
      if (value === false || (count % STEPS === 0 && !turns.hasTime())) return false;
    }
  }
  if (goOn()) return undefined;
  return new Promise((resolve) => {
    turns.add(() => {
      const isDone = goOn();
      if (isDone) resolve();
      return isDone;
    });
  });
}

/**
 * What work comes to that is done in as many turns as it needs, and begins at once. It throws what the work throws.
 *
 * @param isWanted asked before each step; the work ends where nobody wants it any more
 * @returns undefined where it was not done
 */
export async function resultInTurns<T>(
  turns: Turns,
  work: Iterator<unknown, T>,
  isWanted: () => boolean,
): Promise<T | undefined> {
  let result: T | undefined;
  let fault: { readonly error: unknown } | undefined;
  function* steps(): Generator<boolean, void> {
    while (isWanted()) {
      try {
        const step = work.next();
        if (step.done === true) {
          result = step.value;
          return;
        }
      } catch (error) {
        // A task that throws would end the process.
        fault = { error };
        return;
      }
      yield turns.hasTime();
    }
  }
  await inTurns(turns, steps());
  if (fault !== undefined) throw fault.error;
  return result;
}
