import { createServer, type Socket } from 'node:net';
import { listenOnPort } from './tcp-server.js';
import { listenOnSocket } from './unix-socket.js';

/** Where a door is: an address and a port, or the path of a Unix socket. */
export interface DoorAddress {
  readonly host: string;
  /** 0: the system chooses one. */
  readonly port: number;
  readonly socket?: string | undefined;
}

/** Who gets the connections of a door. */
export interface DoorUser {
  readonly onConnection: (socket: Socket) => void;
  readonly onError: (error: NodeJS.ErrnoException) => void;
}

/**
 * A listening socket. It outlives its user: when a listener is replaced, the new one takes the door
 * over, and no client is refused in between.
 */
export interface Door {
  readonly address: DoorAddress;
  /** The actual port. */
  readonly port: number;
  /** From now on, this user gets the connections, beginning with those that waited for a user. */
  serve(user: DoorUser): void;
  /** Stops listening for a while, so that another door can open at an overlapping address. */
  suspend(): Promise<void>;
  /**
   * Listens again.
   *
   * @throws GatewayError `listen`
   */
  resume(): Promise<void>;
  /** Stops listening. Resolves when the connections that came through the door are closed. */
  close(): Promise<void>;
}

/** Whether two addresses are the same, so that a listener can take over the door of another one. */
export function isSameDoor(one: DoorAddress, other: DoorAddress): boolean {
  if (one.socket !== undefined || other.socket !== undefined) return one.socket === other.socket;
  return one.host === other.host && one.port === other.port;
}

/**
 * Begins to listen. Connections wait until {@link Door.serve}.
 *
 * @throws GatewayError `listen`
 */
export async function openDoor(address: DoorAddress): Promise<Door> {
  let user: DoorUser | undefined;
  const waiting: Socket[] = [];
  const server = createServer((socket) => {
    if (user !== undefined) {
      user.onConnection(socket);
      return;
    }
    // Node closes a socket after an error.
    socket.on('error', () => {});
    waiting.push(socket);
  });
  let isClosed = false;

  async function listen(port: number): Promise<number> {
    if (address.socket === undefined) return await listenOnPort(server, address.host, port);
    await listenOnSocket(server, address.socket);
    return port;
  }

  const port = await listen(address.port);
  server.on('error', (error) => user?.onError(error));
  return {
    address,
    port,
    serve(next) {
      user = next;
      for (const socket of waiting.splice(0)) if (!socket.destroyed) next.onConnection(socket);
    },
    suspend() {
      // The callback of `close` comes only when all connections are closed.
      return new Promise((resolve) => {
        server.close();
        setImmediate(resolve);
      });
    },
    async resume() {
      if (!isClosed) await listen(port);
    },
    close() {
      isClosed = true;
      for (const socket of waiting.splice(0)) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
