import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Carried, Format } from '../../support/clients.js';
import type { Outcome, Player } from './player.js';

/** A process that has one Python library, and any number of its sessions. See driver.py. */
export interface PythonLibrary {
  join(url: string, realm: string, format: Format, prefix: string): Promise<Player>;
  /** Logs in and leaves; resolves with who it was then, or the reason of ABORT. */
  logIn(url: string, realm: string, format: Format, login: Login): Promise<string>;
  /** Ends the process. Rejects where it took offence at anything, or printed what it was not asked for. */
  close(): Promise<void>;
}
export interface Login {
  readonly method: string;
  readonly authid: string;
  /** For cryptosign, the private key in hex. */
  readonly secret: string;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: Outcome;
}
interface Event {
  readonly event: 'waiting' | 'interrupted';
  readonly client: string;
}

/** @param script of this folder */
export function startPythonLibrary(python: string, script: string): PythonLibrary {
  const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url))], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  const gone = once(child, 'close');
  const open = new Map<number, (answer: Answer) => void>();
  const counts = { waiting: new Map<string, number>(), interrupted: new Map<string, number>() };
  let unasked = '';
  let requests = 0;

  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    unasked += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) unasked += `${line}\n`;
    else take(JSON.parse(line) as Answer | Event);
  });
  // A request that it can no longer read is answered below.
  child.stdin.on('error', () => {});
  let isGone = false;
  const goneAnswer = (id: number): Answer => ({
    id,
    error: { uri: `gone: ${unasked}`, args: [], kwargs: {} },
  });
  void gone.then(() => {
    isGone = true;
    for (const [id, answer] of open) answer(goneAnswer(id));
  });

  function take(line: Answer | Event): void {
    if ('event' in line) {
      const count = counts[line.event];
      count.set(line.client, (count.get(line.client) ?? 0) + 1);
    } else {
      open.get(line.id)?.(line);
      open.delete(line.id);
    }
  }

  function ask(op: string, wanted: object): { readonly id: number; readonly answer: Promise<Answer> } {
    const id = ++requests;
    if (isGone) return { id, answer: Promise.resolve(goneAnswer(id)) };
    const answer = new Promise<Answer>((resolve) => void open.set(id, resolve));
    child.stdin.write(`${JSON.stringify({ id, op, ...wanted })}\n`);
    return { id, answer };
  }

  async function resultOf(op: string, wanted: object): Promise<unknown> {
    const { result, error } = await ask(op, wanted).answer;
    if (error !== undefined) throw new Error(`${op}: ${error.uri}`);
    return result;
  }

  return {
    async join(url, realm, format, prefix) {
      const name = `${realm} ${format}`;
      const joined = await resultOf('join', { name, url, realm, format, prefix });
      return {
        ...(joined as { session: number; cancels: boolean }),
        get waiting() {
          return counts.waiting.get(name) ?? 0;
        },
        get interrupted() {
          return counts.interrupted.get(name) ?? 0;
        },
        call(procedure, carried, withProgress = false) {
          const wanted = { name, procedure, ...(toPlain(carried) as Carried), progress: withProgress };
          const { id, answer } = ask('call', wanted);
          return {
            outcome: answer.then(({ result, error }) => fromPlain(result ?? error) as Outcome),
            cancel: () => void ask('cancel', { name, call: id }),
          };
        },
        seen: async () => fromPlain(await resultOf('seen', { name })) as Carried | undefined,
        finish: async () => void (await resultOf('finish', { name })),
        leave: async () => void (await resultOf('leave', { name })),
      };
    },
    async logIn(url, realm, format, login) {
      const { result, error } = await ask('login', { url, realm, format, ...login }).answer;
      return error?.uri ?? (result as string[]).join(' ');
    },
    async close() {
      child.stdin.end();
      await gone;
      // Nothing else is written there: ProtocolError, "failing WebSocket", exceptions of tasks nobody awaits.
      if (unasked !== '') throw new Error(`${script} printed:\n${unasked}`);
      if (child.exitCode !== 0) throw new Error(`${script} ended with ${child.exitCode ?? child.signalCode}`);
    },
  };
}

/** Integers beyond 2^53 are BigInt here. */
function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('hex') };
  if (typeof value === 'bigint') return { $integer: String(value) };
  return mapItems(value, toPlain);
}
function fromPlain(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    const { $bytes: bytes, $integer: integer } = value as { $bytes?: string; $integer?: string };
    if (bytes !== undefined) return Buffer.from(bytes, 'hex');
    if (integer !== undefined) return BigInt(integer);
  }
  return mapItems(value, fromPlain);
}
function mapItems(value: unknown, change: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}
