import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SecretError } from './provider.js';

/**
 * The maximum size of a secret. A larger file is not a secret, and the limit also bounds the cost
 * of a read.
 */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads the text of a regular file of at most 1 MB.
 *
 * @throws SecretError that names the file.
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
    // Without O_NONBLOCK, opening a named pipe would wait for a writer. Windows does not have this
    // flag.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!(await file.stat()).isFile()) throw new SecretError(`${path} is not a file`);
    return await readBounded(file, path);
  } catch (error) {
    if (error instanceof SecretError) throw error;
    throw new SecretError(`the file ${path} is unreadable (${codeOf(error)})`);
  } finally {
    await file?.close().catch(() => undefined);
  }
}

/** Counts the bytes that it reads, because files under /proc and /sys have a wrong size. */
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

/** The error code of the system, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
