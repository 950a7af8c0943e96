import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endProgram, startProgram } from '../support/processes.js';

const PROGRAM = fileURLToPath(new URL('../../node_modules/.cache/vault/vault', import.meta.url));

/** True if Vault is installed. If it is not, says so, and fails where CI is set. */
export function isVaultInstalled(): boolean {
  if (existsSync(PROGRAM)) return true;
  const missing = 'no Vault: run test/interop/install-vault';
  if (process.env['CI']) throw new Error(missing);
  console.warn(`skipped: ${missing}`);
  return false;
}

export interface RealVault {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** A token that may do everything. */
  readonly token: string;
  close(): Promise<unknown>;
}

/** Starts a Vault in memory. */
export async function startVault(): Promise<RealVault> {
  const { child, output } = startProgram(PROGRAM, []);
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', () => {
      const [, found] = /^(\{.*\})$/m.exec(output()) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`Vault ended: ${output()}`)));
  });
  const ready = JSON.parse(line) as { readonly address: string; readonly token: string };
  return { ...ready, close: () => endProgram(child, 'SIGKILL') };
}
