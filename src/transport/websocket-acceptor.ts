import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClientLibrary } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializer.js';
import type { Acceptor, AcceptorContext } from './accepted.js';
import type { Arrival } from './accepting.js';
import { CLOSE_WAIT_MS } from './hang-up.js';
import { judgePlainRequest, judgeUpgrade, libraryOf, refuseUpgrade, type UpgradeRules } from './upgrade.js';
import { createWebSocketPeer, plainMessages } from './websocket-peer.js';

/** Takes connections through HTTP to WebSocket (RFC 6455 section 4; WAMP section "WebSocket Transport"). */
export function createWebSocketAcceptor(
  rules: Pick<UpgradeRules, 'path' | 'origins'>,
  context: AcceptorContext,
): Acceptor {
  const { serializers, log } = context;
  const arrivals = new WeakMap<Duplex, Arrival>();
  // Made once, as every connection keeps its own.
  const optionsOf = new Map(serializers.map((one) => [one, context.peerOptions('websocket', one)] as const));
  // It listens on nothing: connections are given to it.
  const http = createServer(onRequest);
  http.on('upgrade', onUpgrade);
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
    const arrival = arrivals.get(socket);
    if (arrival === undefined) {
      socket.destroy();
      return;
    }
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
      head,
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

  return {
    take(socket, arrival) {
      arrivals.set(socket, arrival);
      http.emit('connection', socket);
      socket.resume();
    },
  };
}
