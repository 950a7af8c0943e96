import { pbkdf2, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { DEFAULT_ITERATIONS } from './defaults.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';

const derive = promisify(pbkdf2);

const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Hashes a password for the security file, in the format of Bondy. It works with ticket, wampcra
 * and wamp-scram. The key derivation uses the base64 text of the salt, not the decoded bytes.
 */
export async function hashPassword(password: string, iterations: number): Promise<object> {
  const salt = randomBytes(SALT_BYTES).toString('base64');
  const key = await derive(password, salt, iterations, KEY_BYTES, 'sha256');
  return {
    protocol: 'cra',
    params: { kdf: 'pbkdf2', iterations },
    data: { salt, salted_password: key.toString('base64') },
  };
}

/** `rpc-gateway hash-password`: reads a password from stdin and prints its hash. */
export async function hashPasswordCommand(
  options: { readonly iterations?: number },
  host: Host,
): Promise<ExitCode> {
  const password = await readPassword(host);
  if (password === '') throw new CommandFailure('There is no password on stdin.');
  const hash = await hashPassword(password, options.iterations ?? DEFAULT_ITERATIONS);
  host.stdout.write(`${JSON.stringify(hash, undefined, 2)}\n`);
  return EXIT.ok;
}

/** Reads the first line of stdin. A terminal gets a prompt and does not show the input. */
async function readPassword({ stdin, stderr }: Host): Promise<string> {
  if (stdin === undefined) return '';
  const isTerminal = stdin.isTTY === true;
  if (isTerminal) stderr.write('Password: ');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: isTerminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (isTerminal) stderr.write('\n');
  }
}
