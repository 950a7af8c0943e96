import { createServer } from 'node:net';
import { type AdminHandler, createAdminHandler } from '../admin/admin-handler.js';
import { type AdminListener, serveAdminDoor } from '../admin/admin-listener.js';
import type { AdminRoute } from '../admin/admin-route.js';
import type { AdminOperations } from '../admin/operations.js';
import { createAccess } from '../admin/security/judge-request.js';
import type { Clock } from '../clock.js';
import type { ListenerConfig, LoadedConfig } from '../config/model.js';
import { GatewayError } from '../errors.js';
import type { Logger } from '../log.js';
import { tlsOf } from '../modes/listener-tls.js';
import type { ModeStatus } from '../modes/mode.js';
import type { Observer } from '../observe/observer.js';
import type { ReloadPlan } from '../reload/plan.js';
import { type Door, type DoorAddress, openDoor } from '../transport/door.js';
import type { DoorExchange, OfferedDoor } from '../transport/door-exchange.js';
import {
  createTlsServer,
  hostInUrl,
  readCredentials,
  type ServerCredentials,
} from '../transport/tcp-server.js';
import type { Turns } from '../turns.js';

export interface AdminListenersDeps {
  readonly operations: AdminOperations;
  /** The paths of the program that embeds the gateway. */
  readonly added: readonly AdminRoute[];
  readonly turns: Turns;
  readonly log: Logger;
  readonly clock: Clock;
  readonly observer: Observer;
}

/** How operators reach the gateway: the listeners with `protocol = admin`. */
export interface AdminListeners {
  /**
   * Opens the listeners. A busy port is an error, except for the default listener: then operators
   * have no access, but callers do.
   *
   * @throws GatewayError `listen` or `listener_tls`
   */
  open(): Promise<void>;
  /** The doors of listeners that end with a reload. */
  endingDoors(config: LoadedConfig, plan: ReloadPlan): readonly OfferedDoor[];
  /**
   * Prepares a reload. Nothing has changed yet.
   *
   * @throws GatewayError `listen` or `listener_tls`
   */
  prepare(next: LoadedConfig, plan: ReloadPlan, doors: DoorExchange): Promise<{ commit(): void }>;
  close(): Promise<void>;
  /** Answers a request that came to a listener for WAMP clients. */
  handle: AdminHandler['handle'];
  readonly listeners: ModeStatus['listeners'];
}

/** An open listener, and how its certificates are renewed. */
interface OpenListener {
  readonly listener: AdminListener;
  readonly door: Door;
  readonly renew: ((credentials: ServerCredentials) => void) | undefined;
}

export async function createAdminListeners(
  config: LoadedConfig,
  deps: AdminListenersDeps,
): Promise<AdminListeners> {
  const { operations, added, turns, log, clock } = deps;
  let access = createAccess(config.admin);
  const handler = await createAdminHandler({ operations, access: () => access, added, log, clock });
  let listeners: readonly OpenListener[] = [];
  /** Listeners that close after a reload. */
  const closing = new Set<Promise<void>>();

  /** Reads the TLS files. @returns how to serve a door */
  function prepareOne(of: ListenerConfig): (door: Door) => OpenListener {
    const tls = tlsOf(of);
    const secure = tls && createTlsServer(readCredentials(tls), turns);
    return (door) => ({
      door,
      renew: secure?.renew,
      listener: serveAdminDoor({
        ...deps,
        name: of.name,
        url: `${secure === undefined ? 'http' : 'https'}://${hostInUrl(of.settings.ip)}:${door.port}`,
        door,
        server: secure?.server ?? createServer(),
        isTls: secure !== undefined,
        handler,
      }),
    });
  }

  function findKept({ name }: ListenerConfig, plan: ReloadPlan): OpenListener | undefined {
    const fate = plan.fateOf(name);
    return fate === undefined || fate === 'replaced'
      ? undefined
      : listeners.find(({ listener }) => listener.name === name);
  }

  async function close(): Promise<void> {
    handler.endStreams();
    await Promise.all([...listeners.map(({ listener }) => listener.close()), ...closing]);
    listeners = [];
    handler.close();
  }

  return {
    async open() {
      for (const each of adminListeners(config)) {
        try {
          const serve = prepareOne(each);
          listeners = [...listeners, serve(await openDoor(addressOf(each)))];
        } catch (error) {
          if (!each.isDefault || !(error instanceof GatewayError)) {
            await close();
            throw error;
          }
          log.warn(
            { cause: error.message, advice: 'set listeners.NAME.port and protocol = admin for another port' },
            'the gateway has no admin listener',
          );
        }
      }
    },
    endingDoors(next, plan) {
      const kept = new Set(adminListeners(next).map((each) => findKept(each, plan)));
      return listeners
        .filter((each) => !kept.has(each))
        .map(({ listener, door }) => ({ name: listener.name, door, giveUp: listener.giveUpDoor }));
    },
    async prepare(next, plan, doors) {
      const steps: (() => OpenListener)[] = [];
      for (const each of adminListeners(next)) {
        const kept = findKept(each, plan);
        const fate = plan.fateOf(each.name);
        if (kept !== undefined) {
          const tls = tlsOf(each);
          const credentials = fate === 'renewed' && tls ? readCredentials(tls) : undefined;
          steps.push(() => {
            if (credentials !== undefined) kept.renew?.(credentials);
            return kept;
          });
          // The default listener may not be open, because its port was busy.
        } else if (fate === undefined || fate === 'replaced') {
          const serve = prepareOne(each);
          const door = await doors.doorFor(each.name, addressOf(each));
          steps.push(() => serve(door));
        }
      }
      return {
        commit() {
          const former = listeners;
          access = createAccess(next.admin);
          listeners = steps.map((step) => step());
          for (const each of former) if (!listeners.includes(each)) closeLater(each);
        },
      };
    },
    close,
    handle: handler.handle,
    get listeners() {
      return listeners.map(({ listener: { name, url, connections } }) => ({
        name,
        protocol: 'admin',
        urls: [url],
        connections,
      }));
    },
  };

  function closeLater({ listener }: OpenListener): void {
    const closed = listener.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }
}

const adminListeners = ({ listeners }: LoadedConfig): readonly ListenerConfig[] =>
  listeners.filter(({ settings }) => settings.protocol === 'admin');

const addressOf = ({ settings }: ListenerConfig): DoorAddress => ({ host: settings.ip, port: settings.port });
