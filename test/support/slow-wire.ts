import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface SlowWire {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A slow TCP connection: everything that one end sends, also FIN, reaches the other this many
 * milliseconds later. Otherwise two ends in one process would notice each other's closing at once,
 * and miss the races of a real network.
 */
export async function startSlowWire(targetPort: number, delayMs: number): Promise<SlowWire> {
  const open = new Set<Socket>();
  const carry = (from: Socket, to: Socket): void => {
    open.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMs));
    from.on('end', () => setTimeout(() => to.end(), delayMs));
    from.on('error', () => setTimeout(() => to.resetAndDestroy(), delayMs));
    from.on('close', () => open.delete(from));
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    carry(near, far);
    carry(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
