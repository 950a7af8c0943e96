import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';
import { endProgram, startProgram } from './processes.js';

/** What a running API does with requests. */
export type ApiBehaviour =
  | 'works'
  | 'answers 500'
  | 'answers 503'
  /** The 1st, 3rd, 5th … request gets 503, the others 200. Probes count on their own. */
  | 'flaps'
  /** Each response takes 10 s. */
  | 'is slow'
  | 'resets connections';

/** An API in a process of its own. It fails as the test wants. */
export interface FaultyApi {
  readonly url: string;
  behave(behaviour: ApiBehaviour): Promise<void>;
  /** Requests that arrived since the process started, without probes. */
  requests(): Promise<number>;
  /** Kills the process. Nothing listens at its port any more. */
  kill(): Promise<void>;
  /** Starts a new process at the same port. */
  restart(): Promise<void>;
  /** Stops the process, but its sockets stay open: connections open, and requests get no response. */
  hang(): void;
  goOn(): void;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../e2e/fixtures/faulty-api.js', import.meta.url));

export async function startFaultyApi(): Promise<FaultyApi> {
  const [port, controlPort] = [await freePort(), await freePort()];
  let child = await start();

  async function start() {
    const started = startProgram(process.execPath, [PROGRAM, String(port), String(controlPort)]);
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: started.child.stdout! }).once('line', () => resolve());
      started.child.once('exit', () => reject(new Error(`the API ended: ${started.output()}`)));
    });
    return started.child;
  }

  async function control(path: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${controlPort}/${encodeURIComponent(path)}`);
    return response.text();
  }

  return {
    url: `http://127.0.0.1:${port}`,
    behave: async (behaviour) => void (await control(behaviour)),
    requests: async () => Number(await control('')),
    kill: async () => void (await endProgram(child, 'SIGKILL')),
    async restart() {
      child = await start();
    },
    hang: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    close: async () => void (await endProgram(child, 'SIGKILL')),
  };
}
