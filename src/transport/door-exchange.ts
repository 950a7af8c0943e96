import { GatewayError } from '../errors.js';
import { type Door, type DoorAddress, isSameDoor, openDoor } from './door.js';

/** The door of a listener that ends. */
export interface OfferedDoor {
  /** The name of the listener. */
  readonly name: string;
  readonly door: Door;
  /** Called if another listener takes the door over. */
  giveUp(): void;
}

/**
 * The doors of a reload. A new listener takes over the door of one that ends at the same address.
 * Otherwise its door opens now, before the old listeners close.
 */
export interface DoorExchange {
  /**
   * @param name the name of the listener that needs the door
   * @throws GatewayError `listen`
   */
  doorFor(name: string, address: DoorAddress): Promise<Door>;
  /** The listeners with the old doors must close now, if their doors were not taken over. */
  commit(): void;
  /** Closes the new doors, and listens again at old ones that were suspended. */
  abandon(): Promise<void>;
}

export function createDoorExchange(ending: readonly OfferedDoor[]): DoorExchange {
  const taken = new Set<OfferedDoor>();
  const opened: Door[] = [];
  const suspended: Door[] = [];

  function findSame(name: string, address: DoorAddress): OfferedDoor | undefined {
    const free = ending.filter((offered) => !taken.has(offered) && isSameDoor(offered.door.address, address));
    // Two listeners may have port 0, and each keeps its own port.
    return free.find((offered) => offered.name === name) ?? free[0];
  }

  /** `127.0.0.1` and `0.0.0.0` cannot listen on the same port at a time. */
  async function openBeside(address: DoorAddress): Promise<Door> {
    try {
      return await openDoor(address);
    } catch (error) {
      const inTheWay = ending.filter((offered) => !taken.has(offered) && hasSamePort(offered.door, address));
      if (inTheWay.length === 0 || !(error instanceof GatewayError)) throw error;
      for (const { door } of inTheWay) {
        await door.suspend();
        suspended.push(door);
      }
      return await openDoor(address);
    }
  }

  return {
    async doorFor(name, address) {
      const same = findSame(name, address);
      if (same !== undefined) {
        taken.add(same);
        return same.door;
      }
      const door = await openBeside(address);
      opened.push(door);
      return door;
    },
    commit() {
      for (const offered of taken) offered.giveUp();
    },
    async abandon() {
      await Promise.all(opened.map((door) => door.close()));
      for (const door of suspended) await door.resume();
    },
  };
}

function hasSamePort({ address, port }: Door, wanted: DoorAddress): boolean {
  return address.socket === undefined && wanted.socket === undefined && port === wanted.port;
}
