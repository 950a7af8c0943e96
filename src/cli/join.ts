import { listOr } from '../config/datatypes.js';
import { dialRouter, ROUTER_SCHEMES } from '../transport/dial-router.js';
import { packageVersion } from '../version.js';
import { joinRealm, type Session } from '../wamp/client-session.js';
import type { Peer } from '../wamp/peer.js';
import { ERROR_URI } from '../wamp/uris.js';
import { WampError } from '../wamp/wamp-error.js';
import type { CallTarget } from './call-target.js';
import { systemCode } from './failures.js';
import { CommandFailure } from './host.js';

/**
 * Connects and joins as an anonymous client.
 *
 * @throws CommandFailure with one sentence on what to do
 */
export async function joinForCall({ url, realm }: CallTarget): Promise<Session> {
  const peer = await dial(url);
  try {
    return await joinRealm(peer, { realm, agent: `rpc-gateway-${packageVersion()}` });
  } catch (error) {
    if (!(error instanceof WampError)) throw error;
    throw new CommandFailure(
      error.uri === ERROR_URI.noSuchRealm
        ? `The router at ${url} has no realm ${realm}: name another with --realm.`
        : `The router at ${url} did not let us in: ${error.uri}${error.message === error.uri ? '' : `, ${error.message}`}.`,
    );
  }
}

async function dial(url: string): Promise<Peer> {
  if (!ROUTER_SCHEMES.some((scheme) => url.startsWith(scheme) && url.length > scheme.length)) {
    throw new CommandFailure(`"${url}" is no URL of a router: it begins with ${listOr(ROUTER_SCHEMES)}.`);
  }
  try {
    return await dialRouter(url);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ECONNREFUSED' || code === 'ENOENT') {
      throw new CommandFailure(
        `Nothing listens at ${url}: run rpc-gateway demo or rpc-gateway start first, or name another place with --url.`,
      );
    }
    if (code === 'ENOTFOUND')
      throw new CommandFailure(`There is no such host: ${url}. Name another with --url.`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(
      `${reason[0]?.toUpperCase()}${reason.slice(1)}. Is it the address of a WAMP router?`,
    );
  }
}
