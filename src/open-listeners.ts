import type { Clock } from './clock.js';
import type { ListenerConfig, LoadedConfig } from './config/model.js';
import { isPendingProtocol } from './config/schema/listener.js';
import type { Logger } from './log.js';
import type { Observer } from './observe/observer.js';
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

/**
 * The listeners that the gateway opens. It does not open a listener with an unsupported protocol.
 * The configuration has a notice about it.
 */
export function enabledListeners(config: LoadedConfig): readonly EnabledListener[] {
  return config.listeners.flatMap((listener) => {
    const { enabled, protocol, ip, port, path, socket } = listener.settings;
    if (!enabled || isPendingProtocol(protocol)) return [];
    const hasTls = listener.settings['tls.certfile'] !== undefined;
    return [{ config: listener, address: { protocol, host: ip, port, path, socket }, hasTls }];
  });
}

/**
 * All clients together may send this many bytes of incomplete messages. The limit is higher if
 * `wamp.max_message_size` is large.
 */
const LEAST_RECEIVE_TOTAL = 128 * 1024 * 1024;

/**
 * Opens the listeners of a configuration, one after another. If one cannot be opened, closes those
 * before it.
 *
 * @throws GatewayError `listen` or `listener_tls`
 */
export async function openListeners(
  config: LoadedConfig,
  surroundings: {
    readonly attach: Attach;
    readonly turns: Turns;
    readonly log: Logger;
    readonly clock: Clock;
    readonly observer: Observer;
  },
): Promise<readonly Listener[]> {
  const { wamp } = config;
  const files = createConnectionFiles(limitOfOpenFiles(), upstreamConnections(config));
  const sendTotal = createSendTotal(wamp.max_send_buffer_total);
  const receiveTotal = createSendTotal(Math.max(LEAST_RECEIVE_TOTAL, 8 * wamp.max_message_size));
  // All listeners share one set of serializers, so that an EVENT is encoded only once for all its
  // receivers.
  const serializers = createSerializers({ maxNesting: wamp.max_nesting, maxValues: wamp.max_values });
  const opened: Listener[] = [];
  try {
    for (const { config: listener, address } of enabledListeners(config)) {
      const { name, settings } = listener;
      const certfile = settings['tls.certfile'];
      const keyfile = settings['tls.keyfile'];
      opened.push(
        await startListener({
          ...address,
          name,
          origins: settings.origins,
          tls:
            certfile && keyfile ? { certfile, keyfile, cacertfile: settings['tls.cacertfile'] } : undefined,
          ...surroundings,
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
        }),
      );
    }
  } catch (error) {
    await Promise.all(opened.map((listener) => listener.close()));
    throw error;
  }
  return opened;
}

/**
 * The maximum number of connections to upstreams. A service may have two more: one to its token
 * endpoint, and one to its provider of secrets.
 */
function upstreamConnections({ services }: LoadedConfig): number {
  return services.reduce((sum, { settings }) => sum + settings['pool.size'] + 2, 0);
}
