import { holdsDotSegment } from '../request/dot-segments.js';
import { queryNames, withoutNames } from '../request/query.js';

/** Where further pages may be. */
export interface PageScope {
  /** The origins of the API: that of base_url, and the one that `headers.Host` names. */
  readonly origins: readonly string[];
  /** The path of base_url. Pages are below it. */
  readonly path: string;
  /** Parameters of the credential. The gateway adds them again. */
  readonly ownedQuery: readonly string[];
  /** The maximum length of path and query. */
  readonly maxLength: number;
}

/** A page that can be requested, or why a URL is none. */
export type PageTarget =
  | { readonly kind: 'page'; readonly path: string }
  | { readonly kind: 'outside'; readonly reason: string };

/**
 * Resolves the reference to another page (RFC 3986 section 5). It comes from the API, or from somebody
 * whose text the API repeats. The request carries the credential, so it must stay below base_url.
 *
 * @param current the path and query of the page with the reference
 */
export function resolvePage(reference: string, current: string, scope: PageScope): PageTarget {
  const [origin = ''] = scope.origins;
  let url: URL;
  try {
    url = new URL(reference, origin + current);
  } catch {
    return outside('it is not a URL');
  }
  if (!scope.origins.includes(url.origin)) return outside('it has another origin than base_url');
  if (url.username !== '' || url.password !== '') return outside('it has a user name');
  const prefix = scope.path.replace(/\/$/, '');
  const isBelow = url.pathname === prefix || url.pathname.startsWith(`${prefix}/`);
  const rest = url.pathname.slice(prefix.length);
  // The URL parser has removed dot segments. Servers may find more of them after decoding the path.
  // A path that begins with two slashes looks like a host.
  if (!isBelow || holdsDotSegment(rest) || url.pathname.startsWith('//'))
    return outside('its path is not below that of base_url');
  return page(url.pathname, withoutOwned(url.search.slice(1), scope), scope);
}

/**
 * The path of a page with another cursor.
 *
 * @param first the path and query of the first page
 */
export function pageAtCursor(first: string, parameter: string, cursor: string, scope: PageScope): PageTarget {
  const [path = '', query = ''] = split(first);
  const pair = `${encodeURIComponent(parameter)}=${encodeURIComponent(cursor)}`;
  const others = withoutNames(query, [parameter]);
  return page(path, others === '' ? pair : `${others}&${pair}`, scope);
}

function page(path: string, query: string, { maxLength }: PageScope): PageTarget {
  const whole = query === '' ? path : `${path}?${query}`;
  if (whole.length > maxLength) return outside('it is longer than pool.max_request_line_size');
  return { kind: 'page', path: whole };
}

function withoutOwned(query: string, { ownedQuery }: PageScope): string {
  const isOwned = ownedQuery.length > 0 && queryNames(query).some((name) => ownedQuery.includes(name));
  return isOwned ? withoutNames(query, ownedQuery) : query;
}

/** Splits at the first question mark, because a query may contain further ones (RFC 3986 section 3.4). */
function split(target: string): readonly [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

const outside = (reason: string): PageTarget => ({ kind: 'outside', reason });
