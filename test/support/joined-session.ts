import { dialWebSocket } from '../../src/transport/websocket-dialer.js';
import { joinRealm, type Session } from '../../src/wamp/client/session.js';

/** Joins a realm as an anonymous client over WebSocket. */
export async function joinOverWebSocket(url: string, realm = 'com.example.myrealm'): Promise<Session> {
  return await joinRealm(await dialWebSocket(url), { realm });
}
