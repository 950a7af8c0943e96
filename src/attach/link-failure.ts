import type { LinkFailureReason } from '../observe/observer.js';
import { DialError, reasonOf } from '../transport/dial-options.js';
import type { SessionEnd } from '../wamp/client/session.js';
import { ERROR_URI } from '../wamp/uris.js';
import { SessionLost, WampError } from '../wamp/wamp-error.js';
import type { AttemptFailure } from './attempts.js';

/** Why a link has no session, and what an operator can do. */
export interface LinkFailure {
  readonly reason: LinkFailureReason;
  readonly retry: AttemptFailure;
  readonly cause: string;
  readonly advice: string;
}

const HTTP_REFUSALS: readonly (number | undefined)[] = [401, 403, 404];

const ENDED =
  'nothing, if the router was stopped, or somebody ended the session there; otherwise read its log';

const RESTART = 'nothing, if the router was restarted; otherwise read its log';

/** A connection that could not be opened. */
export function dialFailureOf(error: unknown): LinkFailure {
  const cause = error instanceof Error ? error.message : String(error);
  const status = error instanceof DialError ? error.status : undefined;
  if (status !== undefined) {
    const retry = HTTP_REFUSALS.includes(status) ? 'refused' : 'unavailable';
    return { reason: 'handshake', retry, cause, advice: adviceForStatus(status) };
  }
  const code = codeOf(error);
  return {
    reason: code === undefined ? 'handshake' : 'connect',
    retry: 'unavailable',
    cause,
    advice: adviceForCode(code),
  };
}

function codeOf(error: unknown): string | undefined {
  const behind = error instanceof Error ? error.cause : undefined;
  const code = behind instanceof Error && 'code' in behind ? behind.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function adviceForStatus(status: number): string {
  switch (status) {
    case 404:
      return 'correct the path in router.url';
    case 401:
    case 403:
      return 'let the router, or the proxy before it, accept connections of the gateway';
    default:
      return 'check that router.url is the WebSocket address of a WAMP router';
  }
}

function adviceForCode(code: string | undefined): string {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return 'start the router, or correct router.url';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'correct the host in router.url, or the name service of this machine';
    case 'EPROTO':
      return 'check that the scheme of router.url is right: wss:// and rss:// are with TLS, ws:// and rs:// without';
    case undefined:
      return 'check that router.url is the address of a WAMP router, and that it offers router.serializer';
    default:
      // The parser of HTTP did not understand the answer to the handshake of WebSocket.
      if (code.startsWith('HPE_')) return 'check that router.url is the WebSocket address of a WAMP router';
      return /^(?:CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)
        ? 'set router.tls.cacertfile to the CA of the router, and router.tls.servername to the name in its certificate'
        : 'check the network between this machine and the router';
  }
}

/**
 * A router that did not welcome the gateway.
 *
 * @param hideSecret masks the secret of the login in the words of the router
 */
export function joinFailureOf(
  error: unknown,
  realm: string,
  hideSecret: (text: string) => string,
): LinkFailure {
  if (!(error instanceof WampError)) {
    return { reason: 'protocol', retry: 'unavailable', cause: reasonOf(error as Error), advice: RESTART };
  }
  const { uri } = error;
  const cause = textOf(uri, hideSecret(error.message));
  if (error instanceof SessionLost) {
    const advice = 'check that the router runs, and that it is not overloaded';
    return { reason: 'handshake', retry: 'unavailable', cause: error.message, advice };
  }
  if (uri === ERROR_URI.protocolViolation) {
    const advice = 'check that router.url is the address of a WAMP router';
    return { reason: 'protocol', retry: 'refused', cause, advice };
  }
  return { reason: 'abort', retry: 'refused', cause, advice: adviceForAbort(uri, realm) };
}

function adviceForAbort(uri: string, realm: string): string {
  if (uri === ERROR_URI.noSuchRealm) {
    return `create the realm ${realm} on the router, or correct the key realm of the procedures`;
  }
  return `check router.sessions of the realm ${realm}, and the user of the gateway on the router`;
}

const CLOSED: LinkFailure = {
  reason: 'connect',
  retry: 'unavailable',
  cause: 'the connection closed',
  advice: RESTART,
};

const FAULTS: Readonly<Record<ConnectionFault, LinkFailure>> = {
  silent: {
    reason: 'ping',
    retry: 'unavailable',
    cause: 'the router was silent for router.ping_interval and router.ping_timeout',
    advice: 'check the network, and whether the router is overloaded',
  },
  broken: {
    reason: 'protocol',
    retry: 'unavailable',
    cause: 'the router sent a message above 16 MB, or a broken frame',
    advice: 'set the maximum message size of the router to 16 MB or less',
  },
};

/**
 * Why the gateway has closed a connection. `silent`: the router did not answer pings. `broken`: it
 * sent a frame that is broken or too large.
 */
export type ConnectionFault = 'silent' | 'broken';

/**
 * A session that has ended.
 *
 * @param hideSecret masks the secret of the login in the words of the router
 */
export function lostSessionOf(
  { by, reason, message, aborted }: SessionEnd,
  fault: ConnectionFault | undefined,
  hideSecret: (text: string) => string,
): LinkFailure {
  if (by === 'transport') {
    return fault === undefined ? CLOSED : FAULTS[fault];
  }
  const cause = textOf(reason, message === undefined ? undefined : hideSecret(message));
  // A router sends ABORT when it does not accept a message. The reason alone does not show this: a
  // GOODBYE can have any reason, because whoever ends a session through the meta API chooses it.
  if (aborted) {
    return { reason: 'abort', retry: 'refused', cause, advice: "read the router's log" };
  }
  if (by === 'us') return { reason: 'protocol', retry: 'refused', cause, advice: "read the router's log" };
  return { reason: 'goodbye', retry: 'unavailable', cause, advice: ENDED };
}

/** A router that does not answer a REGISTER or an UNREGISTER in time. */
export const UNANSWERED: LinkFailure = {
  reason: 'protocol',
  retry: 'unavailable',
  cause: 'the router did not answer REGISTER or UNREGISTER within router.join_timeout',
  advice: 'check whether the router is overloaded',
};

/** The maximum characters of a router's words in the log and in the status. */
const MAX_TEXT = 500;

/** The URI with the words of the router, if there are any. */
export function textOf(uri: string, message: string | undefined): string {
  const text = message === undefined || message === uri ? uri : `${uri}: ${message}`;
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
