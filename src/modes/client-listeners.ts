import { MAX_CONNECTIONS } from '../admin/connections.js';
import type { Clock } from '../clock.js';
import type { ListenerConfig, LoadedConfig } from '../config/model.js';
import { isSameSettings } from '../config/same-settings.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { ReloadPlan } from '../reload/plan.js';
import type { AnswerRequest } from '../transport/acceptor.js';
import type { ListenerAddress } from '../transport/addresses.js';
import { createConnectionFiles, limitOfOpenFiles } from '../transport/connection-files.js';
import type { DoorExchange, OfferedDoor } from '../transport/door-exchange.js';
import {
  type Listener,
  type ListenerOptions,
  type ListenerSettings,
  prepareListener,
  startListener,
} from '../transport/listener.js';
import { createSendTotal } from '../transport/send-total.js';
import { readCredentials } from '../transport/tcp-server.js';
import type { Turns } from '../turns.js';
import type { Attach } from '../wamp/peer.js';
import type { Serializer, SerializerOptions } from '../wamp/serializers/serializer.js';
import { createSerializers } from '../wamp/serializers/serializers.js';
import { tlsOf } from './listener-tls.js';

/** A listener for WAMP clients. */
export interface EnabledListener {
  readonly config: ListenerConfig;
  readonly address: ListenerAddress;
  readonly hasTls: boolean;
}

/** The listeners for WAMP clients. */
export function enabledListeners(config: LoadedConfig): readonly EnabledListener[] {
  return config.listeners.flatMap((listener) => {
    const { enabled, protocol, ip, port, path, socket } = listener.settings;
    if (!enabled || protocol === 'admin') return [];
    const hasTls = listener.settings['tls.certfile'] !== undefined;
    return [{ config: listener, address: { protocol, host: ip, port, path, socket }, hasTls }];
  });
}

export interface ListenerSurroundings {
  readonly attach: Attach;
  /** Answers the requests of operators, on listeners that serve them too. */
  readonly answerRequest: AnswerRequest | undefined;
  readonly isReady: () => boolean;
  readonly turns: Turns;
  readonly log: Logger;
  readonly clock: Clock;
  readonly observer: Observer;
}

/** The open listeners for WAMP clients. */
export interface ClientListeners {
  /** In the order of the configuration. */
  readonly all: readonly Listener[];
  /**
   * Opens listeners, one after another. If one cannot be opened, closes all.
   *
   * @throws GatewayError `listen` or `listener_tls`
   */
  open(listeners: readonly EnabledListener[]): Promise<void>;
  /** The doors of listeners that end with a reload. */
  endingDoors(next: LoadedConfig, plan: ReloadPlan): readonly OfferedDoor[];
  /**
   * Prepares a reload. Nothing has changed yet.
   *
   * @throws GatewayError `listen` or `listener_tls`
   */
  prepare(next: LoadedConfig, plan: ReloadPlan, doors: DoorExchange): Promise<PreparedListeners>;
  close(): Promise<void>;
}

export interface PreparedListeners {
  /** Uses the new configuration. Listeners that end say GOODBYE to their sessions. */
  commit(): void;
}

/**
 * All clients together may send this many bytes of incomplete messages. The limit is higher if
 * `wamp.max_message_size` is large.
 */
const LEAST_RECEIVE_TOTAL = 128 * 1024 * 1024;

export function createClientListeners(
  first: LoadedConfig,
  surroundings: ListenerSurroundings,
): ClientListeners {
  let config = first;
  const files = createConnectionFiles(limitOfOpenFiles(), otherConnections(config));
  const sendTotal = createSendTotal(config.wamp.max_send_buffer_total);
  const receiveTotal = createSendTotal(receiveTotalOf(config));
  // All listeners share one set of serializers, so that an EVENT is encoded only once for all its
  // receivers.
  let serializers = createSerializers(serializerOptions(config));
  let listeners: readonly Listener[] = [];
  /** Listeners that close after a reload. */
  const closing = new Set<Promise<void>>();

  const shared = { ...surroundings, files, sendTotal, receiveTotal };

  function closeLater(listener: Listener): void {
    const closed = listener.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }

  function findKept({ config: { name } }: EnabledListener, plan: ReloadPlan): Listener | undefined {
    const fate = plan.fateOf(name);
    return fate === undefined || fate === 'replaced' ? undefined : listeners.find((one) => one.name === name);
  }

  /** @returns what to do at the commit, which cannot fail */
  async function prepareOne(
    each: EnabledListener,
    settings: ListenerSettings,
    plan: ReloadPlan,
    doors: DoorExchange,
  ): Promise<() => Listener> {
    const { name } = each.config;
    const kept = findKept(each, plan);
    if (kept === undefined) {
      const prepared = prepareListener(optionsOf(each, shared, settings));
      const door = await doors.doorFor(name, prepared.address);
      return () => prepared.serve(door);
    }
    const tls = tlsOf(each.config);
    const credentials = plan.fateOf(name) === 'renewed' && tls ? readCredentials(tls) : undefined;
    return () => {
      if (credentials !== undefined) kept.renew(credentials);
      kept.update(settings);
      return kept;
    };
  }

  return {
    get all() {
      return listeners;
    },

    async open(enabled) {
      try {
        for (const each of enabled) {
          const settings = settingsOf(each.config, config, serializers);
          listeners = [...listeners, await startListener(optionsOf(each, shared, settings))];
        }
      } catch (error) {
        await Promise.all(listeners.map((listener) => listener.close()));
        listeners = [];
        throw error;
      }
      const order = enabledListeners(config).map((each) => each.config.name);
      listeners = [...listeners].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    },

    endingDoors(next, plan) {
      const kept = new Set(enabledListeners(next).map((each) => findKept(each, plan)));
      return listeners
        .filter((listener) => !kept.has(listener))
        .map(({ name, door, giveUpDoor }) => ({ name, door, giveUp: giveUpDoor }));
    },

    async prepare(next, plan, doors) {
      const isSame = isSameSettings(serializerOptions(config), serializerOptions(next));
      const nextSerializers = isSame ? serializers : createSerializers(serializerOptions(next));
      const steps: (() => Listener)[] = [];
      for (const each of enabledListeners(next)) {
        const settings = settingsOf(each.config, next, nextSerializers);
        steps.push(await prepareOne(each, settings, plan, doors));
      }
      return {
        commit() {
          const former = listeners;
          [config, serializers] = [next, nextSerializers];
          files.keepFree(otherConnections(next));
          sendTotal.max = next.wamp.max_send_buffer_total;
          receiveTotal.max = receiveTotalOf(next);
          listeners = steps.map((step) => step());
          for (const listener of former) if (!listeners.includes(listener)) closeLater(listener);
        },
      };
    },

    async close() {
      await Promise.all([...listeners.map((listener) => listener.close()), ...closing]);
      listeners = [];
    },
  };
}

type Shared = ListenerSurroundings & Pick<ListenerOptions, 'files' | 'sendTotal' | 'receiveTotal'>;

function optionsOf(
  { config, address }: EnabledListener,
  shared: Shared,
  settings: ListenerSettings,
): ListenerOptions {
  return {
    ...address,
    name: config.name,
    origins: config.settings.origins,
    tls: tlsOf(config),
    ...shared,
    answerRequest: config.isAdmin ? shared.answerRequest : undefined,
    ...settings,
  };
}

function settingsOf(
  { settings }: ListenerConfig,
  { wamp }: LoadedConfig,
  serializers: readonly Serializer[],
): ListenerSettings {
  return {
    serializers,
    maxSessions: settings.max_sessions,
    maxSessionsPerSource: settings.max_sessions_per_source,
    maxUnjoined: settings.max_unjoined,
    maxUnjoinedPerSource: settings.max_unjoined_per_source,
    maxJoinSize: wamp.max_join_size,
    maxMessageSize: wamp.max_message_size,
    maxSendBuffer: wamp.max_send_buffer,
    maxSendQueue: wamp.max_send_queue,
    handshakeTimeout: wamp.handshake_timeout,
    pingInterval: wamp.ping_interval,
    pingTimeout: wamp.ping_timeout,
  };
}

const serializerOptions = ({ wamp }: LoadedConfig): SerializerOptions => ({
  maxNesting: wamp.max_nesting,
  maxValues: wamp.max_values,
});

const receiveTotalOf = ({ wamp }: LoadedConfig): number =>
  Math.max(LEAST_RECEIVE_TOTAL, 8 * wamp.max_message_size);

/**
 * The maximum number of connections to upstreams and of operators. A service may have two more: one
 * to its token endpoint, and one to its provider of secrets.
 */
function otherConnections({ services, listeners }: LoadedConfig): number {
  const toUpstreams = services.reduce((sum, { settings }) => sum + settings['pool.size'] + 2, 0);
  const ofOperators = listeners.filter(({ settings }) => settings.protocol === 'admin').length;
  return toUpstreams + ofOperators * MAX_CONNECTIONS;
}
