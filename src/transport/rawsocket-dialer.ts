import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Peer } from '../wamp/peer.js';
import {
  addressTimes,
  type DialOptions,
  dialFailure,
  type FullDialOptions,
  keepAlive,
  peerOptions,
  reasonOf,
  withDefaults,
} from './dial-options.js';
import { HANDSHAKE_LENGTH, judgeReply, lengthCode, lengthOf, writeHandshake } from './rawsocket-handshake.js';
import { createRawSocketPeer } from './rawsocket-peer.js';
import { parseRawSocketUrl, type RawSocketAddress } from './rawsocket-url.js';
import { readOctets } from './read-octets.js';

/**
 * Opens a RawSocket to a WAMP router.
 *
 * @param url `rs://host:port`, `rss://host:port` with TLS, `rs://unix:/path` or `unix:/path`
 * @throws Error with a message of one sentence, which contains the URL without credentials
 */
export function dialRawSocket(url: string, options: DialOptions = {}): Promise<Peer> {
  const full = withDefaults(options);
  return new Promise((resolve, reject) => {
    const address = parseRawSocketUrl(url);
    if (address === undefined) {
      reject(dialFailure(url, 'not a RawSocket URL, such as rs://host:port or rs://unix:/path'));
      return;
    }
    const ownLength = lengthCode(full.maxMessageSize);
    if (full.signal?.aborted === true) {
      reject(dialFailure(url, 'the attempt was ended'));
      return;
    }
    const socket = open(address, full);
    const giveUp = (why: string, cause?: unknown): void => {
      stopTimer();
      full.signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(dialFailure(url, why, cause));
    };
    const stopTimer = full.clock.after(full.timeout, () => giveUp('the handshake timed out'));
    const onAbort = (): void => giveUp('the attempt was ended');
    full.signal?.addEventListener('abort', onAbort, { once: true });
    const onError = (error: NodeJS.ErrnoException): void => giveUp(reasonOf(error), error);
    const onEnd = (): void => giveUp('the other end closed the connection in the handshake');
    socket.on('error', onError);
    socket.once('end', onEnd);
    socket.once(address.hasTls ? 'secureConnect' : 'connect', () => {
      socket.setNoDelay(true);
      socket.write(writeHandshake(ownLength, full.serializer));
      readOctets(socket, HANDSHAKE_LENGTH, (reply) => {
        try {
          const { maxSend } = judgeReply(reply, full.serializer);
          stopTimer();
          full.signal?.removeEventListener('abort', onAbort);
          socket.off('error', onError);
          socket.off('end', onEnd);
          const maxReceive = lengthOf(ownLength);
          const options = peerOptions(full, 'rawsocket');
          const { peer, ping } = createRawSocketPeer(socket, options, { maxReceive, maxSend }, full.clock);
          keepAlive(socket, full.rawSocketPing ?? ping, full);
          resolve(peer);
        } catch (error) {
          giveUp(error instanceof Error ? error.message : String(error), error);
        }
      });
    });
  });
}

function open(address: RawSocketAddress, options: FullDialOptions): Socket {
  const { tls } = options;
  if (address.kind === 'unix') return connect({ path: address.path });
  const { host, port } = address;
  if (!address.hasTls) return connect({ host, port, ...addressTimes(options) });
  // The server name in TLS is a host name, never an IP address (RFC 6066 section 3).
  const servername = isIP(host) === 0 ? host : '';
  return connectTls({ servername, ...tls, host, port, ...addressTimes(options) });
}
