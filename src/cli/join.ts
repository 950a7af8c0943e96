import { listOr } from '../config/types/datatypes.js';
import { urlForShow } from '../transport/dial-options.js';
import { dialRouter, ROUTER_SCHEMES } from '../transport/dial-router.js';
import { packageVersion } from '../version.js';
import type { Credentials } from '../wamp/client/credentials.js';
import { joinRealm, type Session } from '../wamp/client/session.js';
import type { Peer } from '../wamp/peer.js';
import { ERROR_URI } from '../wamp/uris.js';
import { WampError } from '../wamp/wamp-error.js';
import type { CallTarget } from './call-target.js';
import { systemCode } from './failures.js';
import { CommandFailure, EXIT } from './host.js';

/**
 * Connects and joins, as the user that the credentials name or else as an anonymous client.
 *
 * @throws CommandFailure with one sentence on what to do
 */
export async function joinForCall({ url, realm }: CallTarget, credentials?: Credentials): Promise<Session> {
  const peer = await dial(url);
  try {
    return await joinRealm(peer, {
      realm,
      agent: `rpc-gateway-${packageVersion()}`,
      ...(credentials !== undefined && { credentials }),
    });
  } catch (error) {
    if (!(error instanceof WampError)) throw error;
    throw new CommandFailure(whyNot(error, urlForShow(url), realm, credentials), EXIT.unreachable);
  }
}

function whyNot(error: WampError, url: string, realm: string, credentials: Credentials | undefined): string {
  if (error.uri === ERROR_URI.noSuchRealm) {
    return `The router at ${url} has no realm ${realm}: name another with --realm.`;
  }
  const reason = `${error.uri}${error.message === error.uri ? '' : `, ${error.message}`}`;
  const hint = credentials === undefined ? ' To log in as a user, see --authid.' : '';
  return `The router at ${url} did not let us in: ${reason.replace(/[.]$/, '')}.${hint}`;
}

async function dial(url: string): Promise<Peer> {
  if (!ROUTER_SCHEMES.some((scheme) => url.startsWith(scheme) && url.length > scheme.length)) {
    throw new CommandFailure(
      `That is not the URL of a router: one begins with ${listOr(ROUTER_SCHEMES)}. Name it with --url.`,
      EXIT.usage,
    );
  }
  try {
    return await dialRouter(url);
  } catch (error) {
    throw new CommandFailure(whyUnreachable(error, urlForShow(url)), EXIT.unreachable);
  }
}

function whyUnreachable(error: unknown, url: string): string {
  const code = systemCode(error);
  if (code === 'ECONNREFUSED' || code === 'ENOENT') {
    return `Nothing listens at ${url}: run rpc-gateway demo or rpc-gateway start first, or name another place with --url.`;
  }
  if (code === 'ENOTFOUND') return `There is no such host: ${url}. Name another with --url.`;
  const reason = error instanceof Error ? error.message : String(error);
  return `${reason[0]?.toUpperCase()}${reason.slice(1)}. Is it the address of a WAMP router?`;
}
