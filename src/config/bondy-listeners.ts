import type { ListenerDraft, WrittenListenerDraft } from './listener-draft.js';
import {
  ADMIN_SERVICES,
  type ListenerSettings,
  WAMP_SERVICE,
  type WrittenListener,
} from './schema/listener.js';

/** The services of Bondy that this gateway has. */
const OURS: readonly string[] = [WAMP_SERVICE, ...ADMIN_SERVICES];

/**
 * Tells from the settings read so far whether the listener is opened. If not, its other values do
 * not matter.
 */
export function isOpenedHere({ enabled, protocol, services }: Partial<WrittenListener>): boolean {
  if (enabled === false || protocol === 'bridge_relay') return false;
  return protocol !== 'http' || services?.some((service) => OURS.includes(service)) === true;
}

/**
 * Translates the names of Bondy 1.0 into the names of this gateway. `http` with `wamp_ws` becomes
 * `websocket`, with services for operators `admin`, `wamp_rawsocket` becomes `rawsocket`, and the `path` of a `uds` listener becomes its
 * socket.
 *
 * @returns undefined for a listener that the gateway does not open; a notice says why.
 */
export function settleListener(draft: WrittenListenerDraft): ListenerDraft | undefined {
  const { protocol: word, services, transport, ...settings } = draft.settings;
  const protocol = word && protocolOf(word, services ?? []);
  const asWritten: ListenerDraft = {
    ...draft,
    settings: protocol === undefined ? settings : { protocol, ...settings },
    isAdmin: word === 'http' ? (services ?? []).some(isAdmin) : word === 'admin',
    isDefault: false,
    socketKey: draft.entry('socket') && 'socket',
  };
  // The reader has reported a wrong value. Its meaning is unknown, so nothing more is checked.
  const isWrong = word === undefined || (services === undefined && draft.entry('services') !== undefined);
  if (isWrong || settings.enabled === false) return asWritten;
  if (protocol === undefined) return notOpened(draft, 'protocol', NOT_OURS[word] ?? NOT_OURS.bridge_relay);
  notifyServices(draft, word, services ?? []);
  const isOfBondy = word === 'http' || word === 'wamp_rawsocket';
  if (transport === 'uds') return overSocket(draft, asWritten, isOfBondy);
  const lacksCertificate = !draft.entry('tls.certfile') && !draft.entry('tls.keyfile');
  if (transport === 'tls' && lacksCertificate) {
    if (isOfBondy) return notOpened(draft, 'transport', 'transport tls needs tls.certfile and tls.keyfile');
    draft.report('transport', 'tls needs tls.certfile and tls.keyfile too');
  }
  if (transport === 'tcp' && draft.hasAny('tls')) {
    draft.report('transport', 'must be tls when tls.* keys are set; otherwise remove those keys');
  }
  return asWritten;
}

const NOT_OURS: Partial<Record<WrittenListener['protocol'], string>> & { readonly bridge_relay: string } = {
  http: `with protocol http, its services must include one of ${OURS.join(', ')}`,
  bridge_relay: 'the gateway has no bridges',
};

/** The gateway's name of the protocol. Undefined if the gateway does not open such a listener. */
function protocolOf(
  word: WrittenListener['protocol'],
  services: readonly string[],
): ListenerSettings['protocol'] | undefined {
  switch (word) {
    case 'http':
      if (services.includes(WAMP_SERVICE)) return 'websocket';
      return services.some(isAdmin) ? 'admin' : undefined;
    case 'wamp_rawsocket':
      return 'rawsocket';
    case 'bridge_relay':
      return undefined;
    default:
      return word;
  }
}

const isAdmin = (service: string): boolean => ADMIN_SERVICES.includes(service);

function notOpened(draft: WrittenListenerDraft, key: 'protocol' | 'transport', why: string): undefined {
  draft.notify(key, `the listener is not opened here: ${why}`);
}

function notifyServices(
  draft: WrittenListenerDraft,
  word: WrittenListener['protocol'],
  services: readonly string[],
): void {
  if (word !== 'http') {
    if (draft.entry('services') !== undefined)
      draft.notify('services', 'has no effect without protocol = http');
    return;
  }
  const foreign = services.filter((service) => !OURS.includes(service));
  if (foreign.length === 0) return;
  draft.notify('services', `only ${OURS.join(', ')} have an effect here`);
}

/** Settles a listener on a Unix socket. Its file is `path` in Bondy and `socket` here. */
function overSocket(
  draft: WrittenListenerDraft,
  asWritten: ListenerDraft,
  isOfBondy: boolean,
): ListenerDraft | undefined {
  const { path, protocol } = asWritten.settings;
  if (protocol !== 'rawsocket') {
    if (isOfBondy) return notOpened(draft, 'transport', 'a Unix socket works only with wamp_rawsocket');
    draft.report('transport', 'a Unix socket (uds) needs protocol = rawsocket');
    return asWritten;
  }
  const hasPath = draft.entry('path') !== undefined;
  if (asWritten.socketKey !== undefined) {
    if (hasPath)
      draft.report('path', 'with uds, path is the file of the socket; remove either path or socket');
    return asWritten;
  }
  if (!hasPath) draft.report('transport', 'uds needs path, the file of the Unix socket');
  return {
    ...asWritten,
    settings: { ...asWritten.settings, path: '/ws', ...(hasPath && path !== undefined && { socket: path }) },
    socketKey: hasPath ? 'path' : undefined,
  };
}
