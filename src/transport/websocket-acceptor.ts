import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClientLibrary } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import type { Arrival } from './accept-guard.js';
import type { Acceptor, AcceptorContext, AnswerRequest } from './acceptor.js';
import { CLOSE_WAIT_MS } from './close-socket.js';
import { readHead } from './read-head.js';
import {
  isAtPath,
  judgePlainRequest,
  judgeUpgrade,
  libraryOf,
  refusalFields,
  refused,
  refuseUpgrade,
  type UpgradeRules,
  type UpgradeVerdict,
} from './upgrade.js';
import { createWebSocketPeer, plainMessages } from './websocket-peer.js';

/** A connection whose request is being parsed, and the data after the head. */
interface Pending {
  readonly arrival: Arrival;
  readonly rest: Buffer;
  /** Whether somebody else answers the request, and reads its body. */
  isServed: boolean;
}

/**
 * Performs the opening handshake of WebSocket (RFC 6455 section 4; WAMP section "WebSocket
 * Transport").
 */
export function createWebSocketAcceptor(
  rules: Pick<UpgradeRules, 'path' | 'origins'>,
  context: AcceptorContext,
): Acceptor {
  const { serializers, log, turns, answerRequest } = context;
  const requests = new WeakMap<Duplex, Pending>();
  // Created once. Otherwise each connection would keep an object of its own.
  const optionsOf = new Map(serializers.map((one) => [one, context.peerOptions('websocket', one)] as const));
  // This server does not listen. parse() passes each connection to it.
  const http = createServer(onRequest);
  http.on('upgrade', onUpgrade);
  // By default, Node itself answers a request with an `Expect` header, and waits for the next
  // request.
  http.on('checkContinue', onRequest);
  http.on('checkExpectation', onRequest);
  // The types of ws do not declare closeTimeout yet. So the options are a variable, not an object
  // literal in the call. closeTimeout limits the wait for a client that does not answer a close
  // frame.
  const upgraderOptions = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: context.maxMessageSize,
    closeTimeout: CLOSE_WAIT_MS,
    handleProtocols(offered: Set<string>) {
      for (const name of offered) {
        if (serializers.some(({ subprotocol }) => subprotocol === name)) return name;
      }
      return false;
    },
  } as const;
  const upgrader = new WebSocketServer(upgraderOptions);

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const pending = requests.get(socket);
    requests.delete(socket);
    if (answerRequest !== undefined && !isAtPath(request, rules.path)) {
      // Each connection may send one request, because only the first one was read in a turn.
      if (pending === undefined) socket.destroy();
      else answerWith(answerRequest, request, response, pending);
      return;
    }
    // Node must not parse the data after the request.
    socket.pause();
    const { status, message } = judgePlainRequest(request, rules.path);
    response.writeHead(status, refusalFields(status));
    response.end(`${message}\n`);
  }

  /** The request may have a body, so Node reads on. */
  function answerWith(
    answer: AnswerRequest,
    request: IncomingMessage,
    response: ServerResponse,
    pending: Pending,
  ): void {
    pending.isServed = true;
    const limit = context.serves(request.socket, pending.arrival);
    response.shouldKeepAlive = false;
    answer(request, response, limit);
  }

  function judge(request: IncomingMessage, { refusal }: Arrival): UpgradeVerdict {
    if (!context.isReady()) return refused(503, 'the gateway is starting');
    const verdict = judgeUpgrade(request, { ...rules, serializers });
    // Checks the limits last, because a 503 invites the client to retry. A retry of a wrong request
    // is useless.
    return refusal === undefined || verdict.kind === 'refused' ? verdict : refused(503, refusal.message);
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const pending = requests.get(socket);
    if (pending === undefined) {
      socket.destroy();
      return;
    }
    requests.delete(socket);
    const { arrival, rest } = pending;
    const verdict = judge(request, arrival);
    if (verdict.kind === 'refused') {
      arrival.reject(verdict.status === 403 ? 'origin' : 'handshake');
      log.info({ status: verdict.status }, 'a WebSocket handshake was refused');
      refuseUpgrade(socket, verdict);
      return;
    }
    // The callback must not capture the request. Otherwise the request would stay in memory as long
    // as the connection.
    upgrader.handleUpgrade(
      request,
      socket,
      Buffer.concat([head, rest]),
      openWith(socket as Socket, arrival, verdict.serializer, libraryOf(request)),
    );
  }

  function openWith(
    socket: Socket,
    arrival: Arrival,
    serializer: Serializer,
    library: ClientLibrary | undefined,
  ): (ws: WebSocket) => void {
    return (ws) => {
      socket.setNoDelay(true);
      const options = optionsOf.get(serializer) ?? context.peerOptions('websocket', serializer);
      const write = plainMessages(socket, options.serializer.binary);
      const network = createWebSocketPeer(ws, socket, write, options);
      context.accepted(socket, arrival, { transport: 'websocket', serializer, library, network });
    };
  }

  /** Parses a request with a complete head. Node emits its event before this function returns. */
  function parse(socket: Socket, arrival: Arrival, head: Buffer, rest: Buffer): void {
    if (socket.destroyed) return;
    const pending = { arrival, rest, isServed: false };
    requests.set(socket, pending);
    http.emit('connection', socket);
    socket.resume();
    socket.unshift(head);
    socket.read();
    if (pending.isServed) {
      if (rest.length > 0 && !socket.destroyed) socket.unshift(rest);
      return;
    }
    // Without an event, the parser waits for more data, for example after the preface of HTTP/2.
    if (requests.delete(socket) && !socket.destroyed) {
      refuseUpgrade(socket, refused(400, 'this is not an HTTP/1.1 request'));
    }
  }

  return {
    take(socket, arrival) {
      readHead(socket, (head, rest) => {
        // Handles the request in a turn, because many clients may hold back the last octet and send
        // it at the same moment.
        turns.add(() => {
          parse(socket, arrival, head, rest);
          return true;
        });
      });
    },
  };
}
