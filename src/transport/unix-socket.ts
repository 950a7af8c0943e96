import { chmodSync, existsSync, lstatSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { GatewayError } from '../errors.js';
import { BACKLOG, codeOf, listenError, listening } from './tcp-server.js';

/**
 * Maximum bytes of a path (`sun_path` without its final zero). Node would truncate a longer path.
 */
const MAX_SOCKET_PATH = process.platform === 'darwin' ? 103 : 107;

/** Only the owner may read and write. On Linux, connecting to a socket needs the right to write. */
const OWNER_ONLY = 0o600;

/**
 * Listens on a Unix socket. Only the user of the process can connect to it. Replaces a socket file
 * that a killed gateway left behind. Does not replace a socket on which a program listens, or
 * another kind of file. Node removes the file when the server closes.
 *
 * @throws GatewayError `listen`
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  const fail = (why: string, cause?: unknown): never => {
    throw new GatewayError('listen', `cannot listen on ${path}: ${why}`, { cause });
  };
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) fail(`the path is longer than ${MAX_SOCKET_PATH} bytes`);
  try {
    await bind(server, path);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') fail(bindError(error, path), error);
    if (!isSocket(path)) fail('this file exists and is not a socket', error);
    if (await isListening(path)) fail('another program listens there', error);
    try {
      rmSync(path, { force: true });
      await bind(server, path);
    } catch (again) {
      fail(bindError(again, path), again);
    }
  }
}

function bind(server: Server, path: string): Promise<void> {
  return listening(server, () => {
    // The umask sets the mode when the file is created. With chmod, a client could connect before
    // the change.
    const restoreMask = maskMode();
    try {
      // The socket exists when listen returns.
      server.listen({ path, backlog: BACKLOG });
    } finally {
      restoreMask();
    }
    if (server.listening) chmodSync(path, OWNER_ONLY);
  });
}

/**
 * Sets a umask that allows only the owner. Returns a function that restores the old umask. Worker
 * threads cannot set a umask.
 */
function maskMode(): () => void {
  if (!isMainThread) return () => {};
  const before = process.umask(0o777 & ~OWNER_ONLY);
  return () => void process.umask(before);
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    // The file has been removed in the meantime.
    return true;
  }
}

/**
 * Whether a program listens there. Also true if connecting is not permitted, for example EACCES.
 */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(codeOf(error))));
  });
}

function bindError(error: unknown, path: string): string {
  // Node reports a missing folder as EACCES.
  if (!existsSync(dirname(path))) return 'the folder does not exist';
  return codeOf(error) === 'EADDRINUSE' ? 'another program listens there' : listenError(error);
}
