/** Counts the calls of a service that run. */
export interface RunningCalls {
  began(): void;
  ended(): void;
  /** Resolves when no call runs. */
  idle(): Promise<void>;
}

export function createRunningCalls(): RunningCalls {
  let count = 0;
  const whenIdle: (() => void)[] = [];
  return {
    began() {
      count++;
    },
    ended() {
      if (--count > 0 || whenIdle.length === 0) return;
      for (const resolve of whenIdle.splice(0)) resolve();
    },
    idle() {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => void whenIdle.push(resolve));
    },
  };
}
