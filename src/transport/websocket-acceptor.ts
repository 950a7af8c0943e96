import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClientLibrary } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import type { Arrival } from './accept-guard.js';
import type { Acceptor, AcceptorContext } from './acceptor.js';
import { CLOSE_WAIT_MS } from './close-socket.js';
import { readHead } from './read-head.js';
import { judgePlainRequest, judgeUpgrade, libraryOf, refuseUpgrade, type UpgradeRules } from './upgrade.js';
import { createWebSocketPeer, plainMessages } from './websocket-peer.js';

/** Takes connections through HTTP to WebSocket (RFC 6455 section 4; WAMP section "WebSocket Transport"). */
export function createWebSocketAcceptor(
  rules: Pick<UpgradeRules, 'path' | 'origins'>,
  context: AcceptorContext,
): Acceptor {
  const { serializers, log, turns } = context;
  const requests = new WeakMap<Duplex, { readonly arrival: Arrival; readonly rest: Buffer }>();
  // Made once, as every connection keeps its own.
  const optionsOf = new Map(serializers.map((one) => [one, context.peerOptions('websocket', one)] as const));
  // It listens on nothing: connections are given to it.
  const http = createServer(onRequest);
  http.on('upgrade', onUpgrade);
  // Node would answer these and wait for the next request.
  http.on('checkContinue', onRequest);
  http.on('checkExpectation', onRequest);
  // A constant first: the types of ws lag behind its option closeTimeout, which spares us a client that answers no close.
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
    // One request a connection: what comes behind it is not parsed any more.
    request.socket.pause();
    requests.delete(request.socket);
    const { status, sentence } = judgePlainRequest(request, rules.path);
    const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
    response.writeHead(
      status,
      status === 426 ? { ...headers, connection: 'upgrade, close', upgrade: 'websocket' } : headers,
    );
    response.end(`${sentence}\n`);
  }

  function judge(request: IncomingMessage, { refusal }: Arrival) {
    const verdict = judgeUpgrade(request, { ...rules, serializers });
    // Last, so that whoever could never get in is not told to come again.
    return refusal === undefined || 'status' in verdict ? verdict : { status: 503, sentence: refusal };
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const taken = requests.get(socket);
    if (taken === undefined) {
      socket.destroy();
      return;
    }
    requests.delete(socket);
    const { arrival, rest } = taken;
    const verdict = judge(request, arrival);
    if ('status' in verdict) {
      log.info({ status: verdict.status }, 'a WebSocket handshake was turned away');
      refuseUpgrade(socket, verdict);
      return;
    }
    // Nothing that stays may see the request: it would be kept as long as the connection.
    upgrader.handleUpgrade(
      request,
      socket,
      Buffer.concat([head, rest]),
      openWith(socket as Socket, arrival, verdict, libraryOf(request)),
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
      const { peer, ping } = createWebSocketPeer(ws, socket, write, options);
      context.accepted(socket, arrival, { transport: 'websocket', serializer, library, peer, ping });
    };
  }

  /** Parses a request whose head is there whole. All that it takes is done when this returns. */
  function parse(socket: Socket, arrival: Arrival, head: Buffer, rest: Buffer): void {
    if (socket.destroyed) return;
    requests.set(socket, { arrival, rest });
    http.emit('connection', socket);
    socket.resume();
    socket.unshift(head);
    socket.read();
    // The parser waits for more, as behind the beginning of HTTP/2.
    if (requests.delete(socket) && !socket.destroyed) {
      refuseUpgrade(socket, { status: 400, sentence: 'this is no request of HTTP/1.1' });
    }
  }

  return {
    take(socket, arrival) {
      readHead(socket, (head, rest) => {
        // In turns: many may have kept back the last octet of theirs, to send it all at once.
        turns.add(() => {
          parse(socket, arrival, head, rest);
          return true;
        });
      });
    },
  };
}
