import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Larger files are no configuration, certificate or list of users; the figure bounds what reading one may cost. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

const CHUNK_BYTES = 64 * 1024;

/** A file that is not read, though the system would let us. Its `code` stands beside the system's own. */
export class FileRefusal extends Error {
  override readonly name = 'FileRefusal';
  constructor(readonly code: 'EISDIR' | 'ERR_NOT_A_FILE' | 'ERR_FILE_TOO_LARGE') {
    super(`the file is not read (${code})`);
  }
}

/**
 * Reads a regular file whole. Whoever reads a named pipe or a terminal may wait for ever, and a device may never end:
 * these are refused without a wait. Symbolic links are followed.
 *
 * @param maxBytes how much is read at most.
 * @throws FileRefusal where it is no regular file, or too large; else what the system says.
 */
export function readRegularFile(path: string, maxBytes = MAX_FILE_BYTES): Buffer {
  // Without O_NONBLOCK (Windows has none) the opening of a named pipe waits for somebody to write into it.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(file);
    if (found.isDirectory()) throw new FileRefusal('EISDIR');
    if (!found.isFile()) throw new FileRefusal('ERR_NOT_A_FILE');
    return readBounded(file, maxBytes);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads what the process was handed open, be it a pipe: `/dev/stdin`, or what a shell gives for `<(command)`.
 *
 * @throws FileRefusal where it is too large; else what the system says.
 */
export function readOpenedFile(path: string, maxBytes = MAX_FILE_BYTES): Buffer {
  const file = openSync(path, constants.O_RDONLY);
  try {
    return readBounded(file, maxBytes);
  } finally {
    closeSync(file);
  }
}

/** By what arrives and not by the size announced: files under /proc and /sys announce 0 or a page. */
function readBounded(file: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const bytes = readSync(file, chunk);
    if (bytes === 0) return Buffer.concat(chunks);
    length += bytes;
    if (length > maxBytes) throw new FileRefusal('ERR_FILE_TOO_LARGE');
    chunks.push(chunk.subarray(0, bytes));
  }
}
