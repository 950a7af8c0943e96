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
 * Connects and joins a realm, as the user of the credentials or as an anonymous client.
 *
 * @throws CommandFailure that says what to do.
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
    throw new CommandFailure(refusalText(error, urlForShow(url), realm, credentials), EXIT.unreachable);
  }
}

function refusalText(
  error: WampError,
  url: string,
  realm: string,
  credentials: Credentials | undefined,
): string {
  if (error.uri === ERROR_URI.noSuchRealm) {
    return `The router at ${url} has no realm ${realm}: choose another realm with --realm.`;
  }
  const reason = `${error.uri}${error.message === error.uri ? '' : `, ${error.message}`}`;
  const hint = credentials === undefined ? ' To log in as a user, see --authid.' : '';
  return `The router at ${url} refused the session: ${reason.replace(/[.]$/, '')}.${hint}`;
}

async function dial(url: string): Promise<Peer> {
  if (!ROUTER_SCHEMES.some((scheme) => url.startsWith(scheme) && url.length > scheme.length)) {
    throw new CommandFailure(
      `The URL of a router must begin with ${listOr(ROUTER_SCHEMES)}. Set it with --url.`,
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
    return `Nothing listens at ${url}: run rpc-gateway demo or rpc-gateway start first, or choose another URL with --url.`;
  }
  if (code === 'ENOTFOUND') return `There is no such host: ${url}. Choose another URL with --url.`;
  const reason = error instanceof Error ? error.message : String(error);
  return `${reason[0]?.toUpperCase()}${reason.slice(1)}. Is it the address of a WAMP router?`;
}
