import type { ServiceSettings } from '../config/model.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { isPlaceable, type Placement, placeCredential, readPlacement } from './placement.js';

/** Puts a service's credential on a request, or says that it has none to put. */
export interface Authoriser {
  /** Lower-case header names and query names that the credential takes: callers can't set them. */
  readonly ownedHeaders: readonly string[];
  readonly ownedQuery: readonly string[];
  /** @returns the code of the error that the caller gets where there is no credential to put. */
  authorise(request: HttpRequest): HttpRequest | 'auth' | 'secrets';
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
  if (token === undefined) return withoutToken(settings, placement);
  const credential = placement.format(token);
  if (credential === undefined) return { ...noCredential, ...owned(placement), authorise: () => 'secrets' };
  const usable = token !== '' && isPlaceable(credential, placement);
  return {
    ...owned(placement),
    authorise: (request) => (usable ? placeCredential(request, placement, credential) : 'auth'),
    mask: (request) => placeCredential(request, placement, placement.masked),
  };
}

/** Some APIs have their key in the path (`https://api.example.com/bot{{token}}`): it is placed already then. */
function isPartOf(baseUrl: ServiceSettings['base_url']): boolean {
  return baseUrl.parts.some((part) => typeof part !== 'string' && part.name === 'token');
}

/**
 * A service whose token would come from elsewhere. No caller may fill its place meanwhile, and nothing leaves as long as
 * a secret that is the token itself is missing.
 */
function withoutToken(settings: ServiceSettings, placement: Placement): Authoriser {
  if (settings['auth.secrets.vars'].has('token')) {
    return { ...noCredential, ...owned(placement), authorise: () => 'secrets' };
  }
  return settings['auth.fetch.url'] === undefined ? noCredential : { ...noCredential, ...owned(placement) };
}

function owned(placement: Placement): Pick<Authoriser, 'ownedHeaders' | 'ownedQuery'> {
  return placement.where === 'header'
    ? { ownedHeaders: [placement.name.toLowerCase()], ownedQuery: [] }
    : { ownedHeaders: [], ownedQuery: [placement.name] };
}
