import type { Carried, Client, Format, Procedure } from '../../support/clients.js';

/** The clients of the matrix, in this process or another: each has joined and registered the procedures of driver.py. */
export interface Player {
  readonly session: number;
  /** Whether the library has a function that cancels a call. */
  readonly cancels: boolean;
  call(procedure: string, carried: Carried, withProgress?: boolean): PlayedCall;
  /** What `echo` or `fail` got last. */
  seen(): Promise<Carried | undefined>;
  /** How often `wait` has begun, and how often it was interrupted. */
  readonly waiting: number;
  readonly interrupted: number;
  /** Lets the last `wait` return, whether anybody still listens or not. */
  finish(): Promise<void>;
  leave(): Promise<void>;
}
export interface PlayedCall {
  readonly outcome: Promise<Outcome>;
  cancel(mode: string): void;
}
/** `uri` is there for an error. */
export interface Outcome extends Carried {
  readonly uri?: string;
  readonly progress?: readonly Carried[];
}

export type Connect = (url: string, realm: string, format: Format, prefix: string) => Promise<Player>;

/** Has a JavaScript client play, with the procedures that driver.py has for the others. */
export async function playInProcess(client: Client, prefix: string): Promise<Player> {
  let seen: Carried | undefined;
  let waiting = 0;
  let finish = () => {};
  const procedures: Record<string, Procedure> = {
    echo(carried) {
      seen = carried;
      return carried;
    },
    fail(carried) {
      seen = carried;
      throw { uri: 'com.example.failure', ...carried };
    },
    steps(_carried, progress) {
      for (const step of [1, 2, 3]) progress?.({ args: [step], kwargs: { step } });
      return { args: ['done'], kwargs: { asked: progress !== undefined } };
    },
    wait() {
      waiting++;
      return new Promise((resolve) => {
        finish = () => resolve({ args: ['late'], kwargs: {} });
      });
    },
  };
  for (const [name, procedure] of Object.entries(procedures))
    await client.register(`${prefix}.${name}`, procedure);
  return {
    session: client.session,
    cancels: true,
    interrupted: 0,
    get waiting() {
      return waiting;
    },
    call(procedure, carried, withProgress) {
      const progress: Carried[] = [];
      const call = client.call(procedure, carried, withProgress ? (step) => progress.push(step) : undefined);
      return {
        cancel: call.cancel,
        outcome: call.outcome.then(
          ({ args, kwargs }) => ({ args, kwargs, progress }),
          (failed) => failed,
        ),
      };
    },
    seen: () => Promise.resolve(seen),
    async finish() {
      finish();
    },
    async leave() {
      await client.close();
    },
  };
}
