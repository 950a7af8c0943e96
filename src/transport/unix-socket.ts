import { chmodSync, existsSync, lstatSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { GatewayError } from '../errors.js';
import { BACKLOG, codeOf, listenError, listening } from './tcp-server.js';

/** Bytes of the longest path that the system takes (`sun_path`, less its end); Node would cut a longer one off. */
const MAX_SOCKET_PATH = process.platform === 'darwin' ? 103 : 107;

/** Read and write for the owner alone: on Linux whoever may write to a socket may connect to it. */
const OWNER_ONLY = 0o600;

/**
 * Listens on a Unix socket, which only the user that the process runs as can connect to. A file that a gateway left
 * behind when it was killed is replaced; a socket on which somebody listens is not, nor is any other kind of file. Node
 * removes the file when the server closes.
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
    if (codeOf(error) !== 'EADDRINUSE') fail(trouble(error, path), error);
    if (!isSocket(path)) fail('there is a file of this name that is no socket', error);
    if (await answers(path)) fail('another program listens there', error);
    try {
      rmSync(path, { force: true });
      await bind(server, path);
    } catch (again) {
      fail(trouble(again, path), again);
    }
  }
}

function bind(server: Server, path: string): Promise<void> {
  return listening(server, () => {
    // Made with this mode and not changed to it: whoever connects in between waits to be accepted.
    const restoreMask = maskMode();
    try {
      // The socket is there when listen returns.
      server.listen({ path, backlog: BACKLOG });
    } finally {
      restoreMask();
    }
    if (server.listening) chmodSync(path, OWNER_ONLY);
  });
}

/** Has files made for their owner alone, until what it returns is called. A worker thread may not set it for the process. */
function maskMode(): () => void {
  if (!isMainThread) return () => {};
  const before = process.umask(0o777 & ~OWNER_ONLY);
  return () => void process.umask(before);
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    // Gone meanwhile: whoever listened there has closed.
    return true;
  }
}

/** Whether somebody takes a connection there, or would if it were not for us. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(codeOf(error))));
  });
}

function trouble(error: unknown, path: string): string {
  // Node makes EACCES of a missing folder.
  if (!existsSync(dirname(path))) return 'the folder does not exist';
  return codeOf(error) === 'EADDRINUSE' ? 'another program listens there' : listenError(error);
}
