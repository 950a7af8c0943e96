import { isIP } from 'node:net';
import type { ConfigDraft, ListenerDraft } from '../drafts.js';
import { DEFAULT_PORTS, type LISTENER_KEYS, type ListenerSettings } from '../schema/listener.js';
import { MAX_SOCKET_PATH } from '../types/url-types.js';
import type { CheckTls } from './tls-checks.js';

/** Checks each listener, and then all listeners together. */
export function checkListeners({ listeners, wamp, router }: ConfigDraft, checkTls: CheckTls): void {
  for (const listener of listeners) {
    checkListener(listener, checkTls);
    notifyUseless(listener);
    if (listener.settings.protocol !== 'admin') notifySessions(listener, wamp.settings.max_sessions);
  }
  checkAddresses(listeners);
  checkSockets(listeners);
  if (router.entry('url') === undefined) checkOneOpens(listeners);
}

/** Tells whether only programs on this machine can connect to a listener. */
export function isOnLoopback({ ip, socket }: Partial<Pick<ListenerSettings, 'ip' | 'socket'>>): boolean {
  if (socket !== undefined) return true;
  return ip === 'localhost' || ip === '::1' || (ip !== undefined && isIP(ip) === 4 && ip.startsWith('127.'));
}

function checkListener(listener: ListenerDraft, checkTls: CheckTls): void {
  checkTls(listener);
  if (listener.entry('tls.cacertfile') !== undefined && listener.entry('tls.certfile') === undefined) {
    listener.report('tls.cacertfile', 'needs tls.certfile and tls.keyfile too');
  }
  const { socketKey } = listener;
  if (socketKey === undefined) return;
  const { protocol, socket } = listener.settings;
  if (protocol !== undefined && !PROTOCOLS[protocol].servesSockets) {
    listener.report(socketKey, 'a Unix socket needs protocol = rawsocket');
  }
  if (socket !== undefined && Buffer.byteLength(socket) > MAX_SOCKET_PATH) {
    listener.report(
      socketKey,
      `the absolute path must have at most ${MAX_SOCKET_PATH} bytes, which is the limit of the operating system`,
    );
  }
  for (const key of ['ip', 'port'] as const) {
    if (listener.entry(key) !== undefined)
      listener.report(key, 'a listener uses either socket, or ip and port');
  }
  if (listener.hasAny('tls')) {
    listener.report('tls.certfile', 'a Unix socket needs no TLS: its traffic does not leave the machine');
  }
}

interface ProtocolRules {
  readonly servesSockets: boolean;
  /** Keys that have no effect. */
  readonly ignores: readonly (keyof typeof LISTENER_KEYS)[];
}

/** Keys for connections of WAMP clients. */
const WAMP_KEYS = [
  'path',
  'origins',
  'max_sessions',
  'max_sessions_per_source',
  'max_unjoined',
  'max_unjoined_per_source',
] as const;

/** A protocol without an entry here does not compile. */
const PROTOCOLS: Readonly<Record<ListenerSettings['protocol'], ProtocolRules>> = {
  websocket: { servesSockets: false, ignores: [] },
  rawsocket: { servesSockets: true, ignores: ['path', 'origins'] },
  universal: { servesSockets: false, ignores: [] },
  admin: { servesSockets: false, ignores: WAMP_KEYS },
};

function notifyUseless(listener: ListenerDraft): void {
  const { protocol } = listener.settings;
  if (protocol === undefined) return;
  for (const key of PROTOCOLS[protocol].ignores) {
    if (listener.entry(key) !== undefined && listener.socketKey !== key) {
      listener.notify(key, `has no effect with protocol = ${protocol}`);
    }
  }
}

function notifySessions(listener: ListenerDraft, overall: number | undefined): void {
  const { max_sessions: own, max_sessions_per_source: perSource = 0 } = listener.settings;
  const max = Math.min(own ?? Number.POSITIVE_INFINITY, overall ?? Number.POSITIVE_INFINITY);
  if (own !== undefined && own > max) {
    listener.notify(
      'max_sessions',
      'has no effect above wamp.max_sessions, which limits all listeners together',
    );
  }
  if (perSource > max) {
    listener.notify(
      'max_sessions_per_source',
      'has no effect: it is higher than the limit for all sources together',
    );
  }
}

function checkAddresses(listeners: readonly ListenerDraft[]): void {
  const seen = new Map<string, string>();
  for (const listener of listeners) {
    const { enabled, ip, protocol, socket } = listener.settings;
    const isDefault = listener.entry('port') === undefined;
    const port = isDefault ? protocol && DEFAULT_PORTS[protocol] : listener.settings.port;
    if (enabled !== true || ip === undefined || socket !== undefined || port === undefined || port === 0)
      continue;
    const address = `${ip} ${port}`;
    const earlier = seen.get(address);
    if (earlier === undefined) seen.set(address, listener.name);
    else listener.report('port', `the listener ${earlier} uses the same address and port`);
  }
}

function checkSockets(listeners: readonly ListenerDraft[]): void {
  const seen = new Map<string, string>();
  for (const listener of listeners) {
    const { enabled, socket } = listener.settings;
    if (enabled !== true || socket === undefined) continue;
    const earlier = seen.get(socket);
    if (earlier === undefined) seen.set(socket, listener.name);
    else listener.report(listener.socketKey ?? 'socket', `the listener ${earlier} uses the same socket`);
  }
}

/**
 * Reports a configuration without an open listener for WAMP clients. A listener with a wrong value
 * counts as open: the value is reported already, and the listener may be meant to be open.
 */
function checkOneOpens(listeners: readonly ListenerDraft[]): void {
  const isOff = ({ settings }: ListenerDraft) => settings.enabled === false;
  if (!listeners.every((listener) => isOff(listener) || listener.settings.protocol === 'admin')) return;
  const on = listeners.find((listener) => !isOff(listener));
  on?.report(
    on.entry('services') === undefined ? 'protocol' : 'services',
    'no listener is for WAMP clients; add one with protocol = websocket',
  );
  if (on === undefined) {
    listeners[0]?.report('enabled', 'no listener is open; enable or add one with protocol = websocket');
  }
}
