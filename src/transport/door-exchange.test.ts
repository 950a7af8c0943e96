import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { closeAfterEach } from '../../test/support/close-after-each.js';
import { freePort } from '../../test/support/free-port.js';
import { createTemporaryFolder } from '../../test/support/temporary-folder.js';
import { type Door, type DoorAddress, openDoor } from './door.js';
import { createDoorExchange, type OfferedDoor } from './door-exchange.js';

const LOOPBACK = '127.0.0.1';

describe('the exchange of doors', () => {
  const closeLater = closeAfterEach();

  const keep = (door: Door): Door => closeLater(door);

  async function openAt(address: DoorAddress): Promise<Door> {
    return keep(await openDoor(address));
  }

  /** A door of a listener that ends. It answers each connection with the name of the listener. */
  async function offer(name: string, address: DoorAddress) {
    const door = await openAt(address);
    answerWith(door, name);
    return { name, door, giveUp: vi.fn() } satisfies OfferedDoor;
  }

  function answerWith(door: Door, text: string): void {
    door.serve({ onConnection: (socket) => void socket.end(text), onError: () => {} });
  }

  /** What a client gets from a port: a text, or the code of an error. */
  async function answerOf(port: number, host = LOOPBACK): Promise<string> {
    const socket = connect(port, host).setEncoding('utf8');
    let text = '';
    socket.on('data', (part: string) => {
      text += part;
    });
    try {
      await once(socket, 'close');
      return text;
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    }
  }

  async function occupy(port: number, host: string): Promise<Server> {
    const server = createServer().listen(port, host);
    await once(server, 'listening');
    closeLater(server);
    return server;
  }

  it('gives a listener the door of the one that ends at its address', async () => {
    const port = await freePort();
    const old = await offer('old', { host: LOOPBACK, port });
    const exchange = createDoorExchange([old]);
    expect(await exchange.doorFor('new', { host: LOOPBACK, port })).toBe(old.door);
    expect(old.giveUp).not.toHaveBeenCalled();
    exchange.commit();
    expect(old.giveUp).toHaveBeenCalledOnce();
  });

  it('gives each door only once, and first to the listener of the same name', async () => {
    const any = { host: LOOPBACK, port: 0 };
    const [one, two] = [await offer('one', any), await offer('two', any)];
    const exchange = createDoorExchange([one, two]);
    expect(await exchange.doorFor('two', any)).toBe(two.door);
    expect(await exchange.doorFor('three', any)).toBe(one.door);
    const third = keep(await exchange.doorFor('two', any));
    expect([one.door, two.door]).not.toContain(third);
    expect(third.port).toBeGreaterThan(0);
  });

  it('hands over the door of a Unix socket', async () => {
    const folder = createTemporaryFolder();
    closeLater(folder.remove);
    const address = { host: '', port: 0, socket: `${folder.path}/gateway.sock` };
    const old = await offer('old', address);
    expect(await createDoorExchange([old]).doorFor('new', { ...address })).toBe(old.door);
  });

  it('opens the door of another address, and closes it if the reload fails', async () => {
    const old = await offer('old', { host: LOOPBACK, port: 0 });
    const exchange = createDoorExchange([old]);
    const port = await freePort();
    const door = keep(await exchange.doorFor('new', { host: LOOPBACK, port }));
    answerWith(door, 'new');
    expect([await answerOf(old.door.port), await answerOf(port)]).toEqual(['old', 'new']);
    await exchange.abandon();
    expect([await answerOf(old.door.port), await answerOf(port)]).toEqual(['old', 'ECONNREFUSED']);
    expect(old.giveUp).not.toHaveBeenCalled();
  });

  it('does not give up a door that a failed reload had taken', async () => {
    const port = await freePort();
    const old = await offer('old', { host: LOOPBACK, port });
    const exchange = createDoorExchange([old]);
    await exchange.doorFor('new', { host: LOOPBACK, port });
    await exchange.abandon();
    expect(old.giveUp).not.toHaveBeenCalled();
    expect(await answerOf(port)).toBe('old');
  });

  it('fails if another program listens at the address', async () => {
    const old = await offer('old', { host: LOOPBACK, port: 0 });
    const port = await freePort();
    await occupy(port, LOOPBACK);
    const exchange = createDoorExchange([old]);
    await expect(exchange.doorFor('new', { host: LOOPBACK, port })).rejects.toMatchObject({ code: 'listen' });
    await exchange.abandon();
    expect(await answerOf(old.door.port)).toBe('old');
  });

  it('gives way to a door at an overlapping address, and comes back if the reload fails', async () => {
    const port = await freePort();
    const old = await offer('old', { host: LOOPBACK, port });
    const exchange = createDoorExchange([old]);
    const door = keep(await exchange.doorFor('new', { host: '0.0.0.0', port }));
    answerWith(door, 'new');
    expect(await answerOf(port)).toBe('new');
    await exchange.abandon();
    expect(await answerOf(port)).toBe('old');
  });

  it('comes back if the overlapping address cannot be opened either', async () => {
    const port = await freePort();
    const old = await offer('old', { host: LOOPBACK, port });
    await occupy(port, '127.0.0.2');
    const exchange = createDoorExchange([old]);
    await expect(exchange.doorFor('new', { host: '0.0.0.0', port })).rejects.toMatchObject({
      code: 'listen',
    });
    await exchange.abandon();
    expect(await answerOf(port)).toBe('old');
  });
});
