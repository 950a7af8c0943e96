import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.js';
import { cut, hangUp, loseAtOnce } from './close-socket.js';

describe('ending a connection', () => {
  let clock: FakeClock;
  let server: Server;
  let near: Socket;
  let far: Socket;
  let closed: Promise<unknown>;
  beforeEach(async () => {
    clock = createFakeClock();
    server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    far = connect({ port: (server.address() as { port: number }).port, allowHalfOpen: true });
    far.on('error', () => {});
    [near] = (await once(server, 'connection')) as [Socket];
    near.on('error', () => {});
    closed = new Promise((resolve) => near.once('close', resolve));
  });
  afterEach(async () => {
    far.destroy();
    near.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('sends what was written first, and waits a second for the other end', async () => {
    near.write('last words');
    hangUp(near, clock);
    const [words] = (await once(far, 'data')) as [Buffer];
    expect(String(words)).toBe('last words');
    await once(far, 'end');
    clock.advance(999);
    expect(near.destroyed).toBe(false);
    clock.advance(1);
    await closed;
    expect(clock.pending).toBe(0);
  });

  it('drops all waiting writes for the same reason', async () => {
    loseAtOnce(near);
    far.pause();
    const reasons = new Set<unknown>();
    near.write(Buffer.alloc(16 * 1024 * 1024));
    for (let at = 0; at < 100; at++) near.write('x', (error) => reasons.add(error));
    cut(near);
    await closed;
    expect([...reasons]).toMatchObject([{ message: 'the connection was cut off' }]);
  });

  it('reports no error if everything has been sent', async () => {
    const onError = vi.fn();
    near.on('error', onError);
    loseAtOnce(near);
    far.resume();
    far.end();
    hangUp(near, clock);
    await closed;
    expect(onError).not.toHaveBeenCalled();
  });

  it('needs no timer if the other end ends too', async () => {
    hangUp(near, clock);
    far.resume();
    far.end();
    await closed;
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['that is open', () => {}],
    ['that has just been ended', () => near.end()],
    ['with something unsent', () => near.write(Buffer.alloc(16 * 1024 * 1024))],
    ['that was ended with something unsent', () => near.end(Buffer.alloc(16 * 1024 * 1024))],
  ])('cuts a connection %s', async (_what, before) => {
    before();
    cut(near);
    await closed;
  });

  it('cuts a connection that was ended a while ago', async () => {
    near.end();
    await once(near, 'finish');
    cut(near);
    await closed;
    cut(near);
  });
});
