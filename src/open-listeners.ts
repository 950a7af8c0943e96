import { MAX_CONNECTIONS } from './admin/connections.js';
import type { Clock } from './clock.js';
import type { ListenerConfig, LoadedConfig } from './config/model.js';
import { tlsOf } from './listener-tls.js';
import type { Logger } from './log.js';
import type { Observer } from './observe/observer.js';
import type { AnswerRequest } from './transport/acceptor.js';
import type { ListenerAddress } from './transport/addresses.js';
import { createConnectionFiles, limitOfOpenFiles } from './transport/connection-files.js';
import { type Listener, startListener } from './transport/listener.js';
import { createSendTotal } from './transport/send-total.js';
import type { Turns } from './turns.js';
import type { Attach } from './wamp/peer.js';
import { createSerializers } from './wamp/serializers/serializers.js';

/** A listener that is opened. */
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

/**
 * All clients together may send this many bytes of incomplete messages. The limit is higher if
 * `wamp.max_message_size` is large.
 */
const LEAST_RECEIVE_TOTAL = 128 * 1024 * 1024;

/** Opens some of the listeners of a configuration. */
export type OpenListeners = (listeners: readonly EnabledListener[]) => Promise<readonly Listener[]>;

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

/**
 * Creates the function that opens the listeners of a configuration, one after another. If one
 * cannot be opened, it closes those before it, and throws GatewayError `listen` or `listener_tls`.
 */
export function createListenerOpener(
  config: LoadedConfig,
  surroundings: ListenerSurroundings,
): OpenListeners {
  const { wamp } = config;
  const files = createConnectionFiles(limitOfOpenFiles(), otherConnections(config));
  const sendTotal = createSendTotal(wamp.max_send_buffer_total);
  const receiveTotal = createSendTotal(Math.max(LEAST_RECEIVE_TOTAL, 8 * wamp.max_message_size));
  // All listeners share one set of serializers, so that an EVENT is encoded only once for all its
  // receivers.
  const serializers = createSerializers({ maxNesting: wamp.max_nesting, maxValues: wamp.max_values });

  function openOne({ config: listener, address }: EnabledListener): Promise<Listener> {
    const { name, settings, isAdmin } = listener;
    return startListener({
      ...address,
      name,
      origins: settings.origins,
      tls: tlsOf(listener),
      ...surroundings,
      answerRequest: isAdmin ? surroundings.answerRequest : undefined,
      serializers,
      files,
      sendTotal,
      receiveTotal,
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
    });
  }

  return async (listeners) => {
    const opened: Listener[] = [];
    try {
      for (const listener of listeners) opened.push(await openOne(listener));
    } catch (error) {
      await Promise.all(opened.map((listener) => listener.close()));
      throw error;
    }
    return opened;
  };
}

/**
 * The maximum number of connections to upstreams and of operators. A service may have two more: one
 * to its token endpoint, and one to its provider of secrets.
 */
function otherConnections({ services, listeners }: LoadedConfig): number {
  const toUpstreams = services.reduce((sum, { settings }) => sum + settings['pool.size'] + 2, 0);
  const ofOperators = listeners.filter(({ settings }) => settings.protocol === 'admin').length;
  return toUpstreams + ofOperators * MAX_CONNECTIONS;
}
