import type { ServiceSettings } from '../config/model.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { isPlaceable, type Placement, placeCredential, readPlacement } from './placement.js';

/** Puts a service's credential on a request, or says that it has none to put. */
export interface Authoriser {
  /** Lower-case header names and query names that the credential takes: callers can't set them. */
  readonly ownedHeaders: readonly string[];
  readonly ownedQuery: readonly string[];
  authorise(request: HttpRequest): HttpRequest | 'unavailable';
  /** The same with the credential masked: for showing. */
  mask(request: HttpRequest): HttpRequest;
}

/** For services without credentials. */
export const noCredential: Authoriser = {
  ownedHeaders: [],
  ownedQuery: [],
  authorise: (request) => request,
  mask: (request) => request,
};

/**
 * The credential of a service whose key never changes: `auth.vars.token`, placed as `auth.apply.*` says. A service that
 * has neither a token nor a token request has no credential.
 */
export function createStaticAuthoriser(settings: ServiceSettings): Authoriser {
  const token = settings['auth.vars'].get('token');
  const placement = readPlacement(settings);
  if (token !== undefined && isPartOf(settings.base_url)) return noCredential;
  if (token === undefined)
    return settings['auth.fetch.url'] === undefined ? noCredential : withoutToken(placement);
  const credential = placement.format(token);
  const usable = token !== '' && isPlaceable(credential, placement);
  return {
    ...owned(placement),
    authorise: (request) => (usable ? placeCredential(request, placement, credential) : 'unavailable'),
    mask: (request) => placeCredential(request, placement, placement.masked),
  };
}

/** Some APIs have their key in the path (`https://api.example.com/bot{{token}}`): it is placed already then. */
function isPartOf(baseUrl: ServiceSettings['base_url']): boolean {
  return baseUrl.parts.some((part) => typeof part !== 'string' && part.name === 'token');
}

/** A service whose token would come from a token endpoint: no caller may fill the place meanwhile. */
function withoutToken(placement: Placement): Authoriser {
  return { ...noCredential, ...owned(placement) };
}

function owned(placement: Placement): Pick<Authoriser, 'ownedHeaders' | 'ownedQuery'> {
  return placement.where === 'header'
    ? { ownedHeaders: [placement.name.toLowerCase()], ownedQuery: [] }
    : { ownedHeaders: [], ownedQuery: [placement.name] };
}
