import { Readable } from 'node:stream';
import type { HandledSignal, Host } from '../../src/cli/host.js';

export interface FakeHost extends Host {
  readonly out: () => string;
  readonly err: () => string;
  exitCode?: number | string | null | undefined;
  /** Codes given to `exit`. */
  readonly exits: readonly number[];
  /** Resolves when stdout has printed `text`. */
  printed(text: string): Promise<void>;
  /** Sends a signal to its listeners; false if there are none. */
  send(signal: HandledSignal): boolean;
  /** Emits a process warning to its listeners, else to stderr as Node.js does. */
  warn(warning: Error): void;
}

/** A fake `process` that collects the output and delivers signals from the test. */
export function createFakeHost(
  env: Readonly<Record<string, string | undefined>> = {},
  options: { readonly terminal?: boolean; readonly stdin?: string } = {},
): FakeHost {
  const out: string[] = [];
  const err: string[] = [];
  const exits: number[] = [];
  let waiting: { text: string; resolve: () => void }[] = [];
  const tellWaiting = (): void => {
    const whole = out.join('');
    for (const waiter of waiting) if (whole.includes(waiter.text)) waiter.resolve();
    waiting = waiting.filter((waiter) => !whole.includes(waiter.text));
  };
  type Listener = (warning: Error) => void;
  const printWarning: Listener = (warning) => void err.push(`(node:1) ${warning.stack}\n`);
  const listeners = new Map<string, Set<Listener>>([['warning', new Set([printWarning])]]);
  const heardBy = (event: string): Listener[] => [...(listeners.get(event) ?? [])];
  const isTTY = options.terminal === true;
  const { stdin } = options;
  return {
    env,
    ...(stdin !== undefined && { stdin: Readable.from([stdin]) }),
    stdout: {
      write(text) {
        out.push(text);
        tellWaiting();
      },
      isTTY,
    },
    stderr: { write: (text) => void err.push(text), isTTY },
    out: () => out.join(''),
    err: () => err.join(''),
    exits,
    exit: (code) => void exits.push(code),
    on: (event: string, listener: Listener) =>
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
    off: (signal, listener) => listeners.get(signal)?.delete(listener),
    removeAllListeners: (event) => listeners.delete(event),
    printed(text) {
      return new Promise((resolve) => {
        waiting.push({ text, resolve });
        tellWaiting();
      });
    },
    send(signal) {
      const heard = heardBy(signal) as (() => void)[];
      for (const listener of heard) listener();
      return heard.length > 0;
    },
    warn(warning) {
      for (const listener of heardBy('warning')) listener(warning);
    },
  };
}
