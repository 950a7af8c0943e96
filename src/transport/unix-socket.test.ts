import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.js';
import { killedServer } from '../../test/support/unix-sockets.js';
import { GatewayError } from '../errors.js';
import { listenOnSocket } from './unix-socket.js';

describe('a Unix socket', () => {
  let folder: TemporaryFolder;
  let path: string;
  const servers: Server[] = [];
  beforeEach(() => {
    folder = createTemporaryFolder();
    path = join(folder.path, 'gateway.sock');
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
    folder.remove();
  });
  async function listen(at = path): Promise<Server> {
    const server = createServer((socket) => socket.end());
    await listenOnSocket(server, at);
    servers.push(server);
    return server;
  }

  it('is only for its owner, and is removed when the server closes', async () => {
    const server = await listen();
    expect(statSync(path).isSocket()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await once(connect({ path }), 'connect');
    await new Promise((done) => server.close(done));
    expect(existsSync(path)).toBe(false);
  });

  it('is only for its owner from the moment it exists', async () => {
    const server = createServer();
    servers.push(server);
    const modes: number[] = [];
    const bind = server.listen.bind(server) as (options: object) => Server;
    server.listen = ((options: object) => {
      bind(options);
      modes.push(statSync(path).mode & 0o777);
      return server;
    }) as typeof server.listen;
    const before = process.umask(0);
    try {
      await listenOnSocket(server, path);
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
    }
    expect(modes).toEqual([0o600]);
  });

  it('replaces a socket whose process was killed', async () => {
    await killedServer(path);
    expect(statSync(path).isSocket()).toBe(true);
    await listen();
    await once(connect({ path }), 'connect');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('does not replace a socket on which a process listens', async () => {
    await listen();
    await expect(listen()).rejects.toThrow(
      new GatewayError('listen', `cannot listen on ${path}: another program listens there`),
    );
    await once(connect({ path }), 'connect');
  });

  it('does not replace a file that is not a socket', async () => {
    writeFileSync(path, 'precious');
    await expect(listen()).rejects.toThrow('this file exists and is not a socket');
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('is not created in a folder that does not exist', async () => {
    await expect(listen(join(folder.path, 'none', 'x.sock'))).rejects.toThrow('the folder does not exist');
  });

  it('is refused if its path is too long', async () => {
    const long = join(folder.path, 'x'.repeat(200));
    await expect(listen(long)).rejects.toThrow(/the path is longer than 10[37] bytes/);
  });
});
