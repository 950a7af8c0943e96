import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** The default limit. No configuration, certificate or list of users is larger. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

const CHUNK_BYTES = 64 * 1024;

/** The gateway refuses to read a file. `code` is like the codes of system errors. */
class FileRefusal extends Error {
  override readonly name = 'FileRefusal';
  constructor(readonly code: 'EISDIR' | 'ERR_NOT_A_FILE' | 'ERR_FILE_TOO_LARGE') {
    super(`the file is not read (${code})`);
  }
}

/**
 * Reads a regular file. Follows symbolic links. Refuses other kinds of files without waiting. A
 * read from a named pipe or a terminal may block, and a device may have no end.
 *
 * @param maxBytes maximum size
 * @throws FileRefusal if the file is not regular or is too large. For other failures, the system's
 * error.
 */
export function readRegularFile(path: string, maxBytes = MAX_FILE_BYTES): Buffer {
  // Without O_NONBLOCK (absent on Windows), opening a named pipe blocks until another process
  // writes.
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
 * Reads a file that the process received open: `/dev/stdin`, or the path that a shell creates for
 * `<(command)`. The file may be a pipe.
 *
 * @throws FileRefusal if the file is too large. For other failures, the system's error.
 */
export function readOpenedFile(path: string, maxBytes = MAX_FILE_BYTES): Buffer {
  const file = openSync(path, constants.O_RDONLY);
  try {
    return readBounded(file, maxBytes);
  } finally {
    closeSync(file);
  }
}

/**
 * Counts the bytes read. The file's size is not reliable, because files under /proc and /sys report
 * 0 or one page.
 */
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
