/** Counts the calls of a service that run. */
export interface RunningCalls {
  began(): void;
  ended(): void;
  /** One of them passes a stream on. */
  streamBegan(): void;
  streamEnded(): void;
  /** How many of them pass a stream on. */
  readonly streams: number;
  /** Resolves when no call runs. */
  idle(): Promise<void>;
}

export function createRunningCalls(): RunningCalls {
  let count = 0;
  let streams = 0;
  const whenIdle: (() => void)[] = [];
  return {
    began() {
      count++;
    },
    ended() {
      if (--count > 0 || whenIdle.length === 0) return;
      for (const resolve of whenIdle.splice(0)) resolve();
    },
    streamBegan() {
      streams++;
    },
    streamEnded() {
      streams--;
    },
    get streams() {
      return streams;
    },
    idle() {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => void whenIdle.push(resolve));
    },
  };
}
