import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Arrival } from './accept-guard.js';
import type { Acceptor, AcceptorContext } from './acceptor.js';
import { hangUp } from './close-socket.js';
import {
  type Agreement,
  HANDSHAKE_ERROR,
  HANDSHAKE_LENGTH,
  type HandshakeError,
  judgeRequest,
  lengthCode,
  lengthOf,
  RAWSOCKET_MAGIC,
  writeHandshake,
  writeRefusal,
} from './rawsocket-handshake.js';
import { createRawSocketPeer } from './rawsocket-peer.js';
import { readOctets } from './read-octets.js';

/** Performs the handshake of RawSocket (WAMP section "RawSocket Transport"). */
export function createRawSocketAcceptor(context: AcceptorContext, clock: Clock): Acceptor {
  const { serializers, log, turns } = context;
  const ownLength = lengthCode(context.maxMessageSize);
  const maxReceive = lengthOf(ownLength);
  // Created once. Otherwise each connection would keep an object of its own.
  const optionsOf = new Map(serializers.map((one) => [one, context.peerOptions('rawsocket', one)] as const));

  function refuse(socket: Socket, arrival: Arrival, error: HandshakeError): void {
    arrival.reject('handshake');
    log.info({ code: error }, 'a RawSocket handshake was refused');
    socket.write(writeRefusal(error));
    hangUp(socket, clock);
  }

  function judge(request: Buffer, { refusal }: Arrival): Agreement | HandshakeError {
    const verdict = judgeRequest(request, serializers);
    // Checks the limits last, because this error invites the client to retry. A retry of a wrong
    // request is useless.
    return refusal === undefined || typeof verdict === 'number' ? verdict : HANDSHAKE_ERROR.connections;
  }

  function onRequest(socket: Socket, arrival: Arrival, request: Buffer): void {
    const verdict = judge(request, arrival);
    if (typeof verdict === 'number') {
      refuse(socket, arrival, verdict);
      return;
    }
    const { serializer, maxSend } = verdict;
    const options = optionsOf.get(serializer) ?? context.peerOptions('rawsocket', serializer);
    socket.setNoDelay(true);
    socket.write(writeHandshake(ownLength, serializer));
    const network = createRawSocketPeer(socket, options, { maxReceive, maxSend }, clock);
    context.accepted(socket, arrival, { transport: 'rawsocket', serializer, network });
  }

  return {
    take(socket, arrival) {
      readOctets(socket, 1, (first) => {
        // Decides by the first octet. A client of another protocol cannot understand a RawSocket
        // error, so it gets none.
        if (first[0] !== RAWSOCKET_MAGIC) {
          arrival.reject('handshake');
          log.info({}, 'a connection was refused because it does not use RawSocket');
          hangUp(socket, clock);
          return;
        }
        readOctets(socket, HANDSHAKE_LENGTH - 1, (rest) => {
          // Handles the request in a turn, because many clients may send the last octet of their
          // request at the same moment.
          turns.add(() => {
            if (!socket.destroyed) onRequest(socket, arrival, Buffer.concat([first, rest]));
            return true;
          });
        });
      });
    },
  };
}
