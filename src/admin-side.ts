import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAdminHandler } from './admin/admin-handler.js';
import { type AdminListener, serveAdminDoor } from './admin/admin-listener.js';
import type { AdminOperations } from './admin/operations.js';
import { createAccess } from './admin/security/judge-request.js';
import type { Clock } from './clock.js';
import type { ListenerConfig, LoadedConfig } from './config/model.js';
import { GatewayError } from './errors.js';
import { tlsOf } from './listener-tls.js';
import type { Logger } from './log.js';
import type { ModeStatus } from './mode.js';
import type { Observer } from './observe/observer.js';
import { openDoor } from './transport/door.js';
import { createConnectionServer, hostInUrl } from './transport/tcp-server.js';
import type { Turns } from './turns.js';

export interface AdminSideDeps {
  readonly operations: AdminOperations;
  readonly turns: Turns;
  readonly log: Logger;
  readonly clock: Clock;
  readonly observer: Observer;
}

/** How operators reach the gateway: the listeners with `protocol = admin`. */
export interface AdminSide {
  /**
   * Opens the listeners. A busy port is an error, except for the default listener: then operators
   * have no access, but callers do.
   *
   * @throws GatewayError `listen` or `listener_tls`
   */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Answers a request that came to a listener for WAMP clients. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  readonly listeners: ModeStatus['listeners'];
}

export async function createAdminSide(config: LoadedConfig, deps: AdminSideDeps): Promise<AdminSide> {
  const { operations, log, clock } = deps;
  const access = createAccess(config.admin);
  const handler = await createAdminHandler({ operations, access: () => access, log, clock });
  const listeners: AdminListener[] = [];

  async function openOne(listener: ListenerConfig): Promise<AdminListener> {
    const { ip, port } = listener.settings;
    const tls = tlsOf(listener);
    const server = createConnectionServer(tls, deps.turns);
    const door = await openDoor({ host: ip, port });
    return serveAdminDoor({
      ...deps,
      name: listener.name,
      url: `${tls === undefined ? 'http' : 'https'}://${hostInUrl(ip)}:${door.port}`,
      door,
      server,
      isTls: tls !== undefined,
      handler,
    });
  }

  async function close(): Promise<void> {
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    handler.close();
  }

  return {
    async open() {
      for (const listener of config.listeners) {
        if (listener.settings.protocol !== 'admin') continue;
        try {
          listeners.push(await openOne(listener));
        } catch (error) {
          if (!listener.isDefault || !(error instanceof GatewayError)) {
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
    close,
    handle: handler.handle,
    get listeners() {
      return listeners.map(({ name, url, connections }) => ({
        name,
        protocol: 'admin',
        urls: [url],
        connections,
      }));
    },
  };
}
