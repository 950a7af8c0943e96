import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { listenOnPort } from './tcp-server.js';

/** More than Node has the system keep. */
const AT_ONCE = 700;

function maxKept(): number {
  if (process.platform !== 'linux') return 0;
  return Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
}

/**
 * Connections to a port whose SYN has not been answered, as the kernel lists them: local end,
 * remote end, state.
 */
function unanswered(port: number): number {
  const end = new RegExp(`^\\s*\\d+: \\S+ 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 02 `);
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .filter((line) => end.test(line)).length;
}

it.runIf(maxKept() > AT_ONCE)(
  'a server accepts many simultaneous connections without a second attempt',
  async () => {
    const server = createServer((socket) => socket.on('error', () => {}));
    const port = await listenOnPort(server, '127.0.0.1', 0);
    // All of them begin in this tick, before the first can be accepted.
    const sockets = Array.from({ length: AT_ONCE }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const refused = unanswered(port);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(refused).toBe(0);
  },
);
