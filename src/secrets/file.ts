import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import { parseFields } from './fields.js';
import { SecretError, type SecretFields, type SecretProvider } from './provider.js';

/** Larger files are something else than a secret; the figure also bounds what a read may cost. */
const MAX_BYTES = 1024 * 1024;
const POLL_MS = 1_000;

/**
 * A JSON object in a file, as Kubernetes and Docker mount secrets.
 *
 * Changes are found by looking once a second, not by the system's notifications: a mounted secret changes by a symlink
 * (`..data`) that is swapped in a folder above, and network file systems notify nobody.
 *
 * @param path absolute.
 */
export function createFileProvider(path: string, clock: Clock): SecretProvider {
  /** How the file looked just before it was last read. */
  let seen: string | undefined;

  async function read(): Promise<SecretFields> {
    // Before the read: what is written after this look will be found by the next one.
    seen = await look(path);
    return parseFields(decode(await readBytes(path), path), `the file ${path}`);
  }

  function watch(changed: () => void): () => void {
    let stopped = false;
    let stopTimer = clock.after(POLL_MS, poll);
    async function poll(): Promise<void> {
      const found = await look(path);
      if (stopped) return;
      stopTimer = clock.after(POLL_MS, poll);
      // A read alone brings `seen` up to date, so a change is reported until it has been read.
      if (found !== seen) changed();
    }
    return () => {
      stopped = true;
      stopTimer();
    };
  }

  return { read, watch, close() {} };
}

/** Differs whenever the file does: another file in its place, other times, another size, or another reason for none. */
async function look(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return codeOf(error);
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK (Windows has none) the opening of a named pipe would wait for somebody to write into it.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!(await file.stat()).isFile()) throw new SecretError(`${path} is not a file`);
    return await readBounded(file, path);
  } catch (error) {
    if (error instanceof SecretError) throw error;
    throw new SecretError(`the file ${path} cannot be read (${codeOf(error)})`);
  } finally {
    await file?.close().catch(() => undefined);
  }
}

/** By what arrives and not by the size announced: files under /proc and /sys announce 0 or a page. */
async function readBounded(file: FileHandle, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let length = 0; ; ) {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64 * 1024) });
    if (bytesRead === 0) return Buffer.concat(chunks);
    length += bytesRead;
    if (length > MAX_BYTES) throw new SecretError(`the file ${path} is larger than ${MAX_BYTES} bytes`);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SecretError(`the file ${path} is not UTF-8`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
