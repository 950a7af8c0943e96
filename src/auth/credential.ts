import type { ServiceSettings } from '../config/model.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { MASK } from './fill-vars.js';
import { type Placement, placeCredential, readPlacement, type ShowVariable } from './placement.js';
import { SIGNATURE_HEADERS } from './sigv4.js';

/** The kind of a service's credential: none, a configured credential, or a fetched token. */
export type CredentialKind = 'none' | 'static' | 'token' | 'signed';

/** The facts about a service's credential that the configuration contains, without its value. */
export interface Credential {
  readonly kind: CredentialKind;
  readonly placement: Placement;
  /** Headers (in lower case) and query parameters of the credential. Callers cannot set them. */
  readonly ownedHeaders: readonly string[];
  readonly ownedQuery: readonly string[];
  /** Returns the request with the credential, for display. Its variables are not filled. */
  mask<Request extends HttpRequest>(request: Request, show: ShowVariable): Request;
}

/** Reads from `auth.*` which credential a service has, and where requests contain it. */
export function describeCredential(settings: ServiceSettings): Credential {
  const kind = credentialKind(settings);
  const placement = readPlacement(settings);
  if (kind === 'none')
    return { kind, placement, ownedHeaders: [], ownedQuery: [], mask: (request) => request };
  if (kind === 'signed') {
    const mask = <Request extends HttpRequest>(request: Request): Request => ({
      ...request,
      headers: [...request.headers, ...maskedSignature(settings)],
    });
    return { kind, placement, ownedHeaders: SIGNATURE_HEADERS, ownedQuery: [], mask };
  }
  const inHeader = placement.where === 'header';
  return {
    kind,
    placement,
    ownedHeaders: inHeader ? [placement.name.toLowerCase()] : [],
    ownedQuery: inHeader ? [] : [placement.name],
    mask: (request, show) => placeCredential(request, placement, placement.shown(show)),
  };
}

/** The headers of a signature, for display. */
function maskedSignature(settings: ServiceSettings): readonly string[] {
  const scope = `${MASK}/${settings['auth.sign.region']}/${settings['auth.sign.service']}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${MASK}/${scope}, SignedHeaders=${MASK}, Signature=${MASK}`;
  return ['x-amz-date', MASK, 'x-amz-content-sha256', MASK, 'authorization', authorization];
}

function credentialKind(settings: ServiceSettings): CredentialKind {
  if (settings['auth.sign'] !== undefined) return 'signed';
  if (settings['auth.fetch.url'] !== undefined) return 'token';
  const hasToken = settings['auth.vars'].has('token') || settings['auth.secrets.vars'].has('token');
  return hasToken && !isPartOf(settings.base_url) ? 'static' : 'none';
}

/**
 * Some APIs have their key in the path (`https://api.example.com/bot{{token}}`). Then base_url
 * already contains the token.
 */
function isPartOf(baseUrl: ServiceSettings['base_url']): boolean {
  return baseUrl.parts.some((part) => typeof part !== 'string' && part.name === 'token');
}
