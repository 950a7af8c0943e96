import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SecretError } from './provider.js';

/** Larger files are something else than a secret; the figure also bounds what a read may cost. */
const MAX_BYTES = 1024 * 1024;

/**
 * The text of a regular file of 1 MB at most.
 *
 * @throws SecretError naming the file.
 */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SecretError(`the file ${path} is not UTF-8`);
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

/** What the system calls a failure: `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
