import type { Socket } from 'node:net';

/**
 * Identifies a TCP connection by both ends. A client may use one address and port to connect to
 * several addresses of this machine (RFC 9293 section 3.3.1).
 */
export function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  if (remoteAddress === undefined || localAddress === undefined) return undefined;
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
