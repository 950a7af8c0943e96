import type { Credential } from '../../../auth/credential.js';
import type { ProcedureConfig, ServiceConfig, Template } from '../../../config/model.js';
import type { HttpRequest } from '../../../upstream/http-message.js';
import type { BaseUrl } from '../request/base-url.js';
import { type PageScope, type PageTarget, pageAtCursor, resolvePage } from './page-target.js';
import type { NextPage, PageRule } from './read-page.js';

/** How the pages of a procedure's list are read and found. */
export interface Pages {
  readonly rule: PageRule;
  /** The maximum number of pages of one call. */
  readonly limit: number;
  /** The maximum bytes of all pages of one call. */
  readonly maxBytes: number;
  /**
   * The page that a page names.
   *
   * @param first the request of the first page
   * @param current the path of the page that names it
   */
  target(next: NextPage, first: HttpRequest, current: string): PageTarget;
}

/** Compiles the pages of a procedure. Undefined without `pages.next`. */
export function compilePages(
  { settings: service }: ServiceConfig,
  { settings }: ProcedureConfig,
  base: BaseUrl,
  credential: Pick<Credential, 'ownedQuery'>,
): Pages | undefined {
  const next = settings['pages.next'];
  if (next === undefined) return undefined;
  const maxBytes = service['pool.max_response_size'];
  const scope: PageScope = {
    origins: originsOf(base, settings.headers),
    path: base.path,
    ownedQuery: credential.ownedQuery,
    maxLength: service['pool.max_request_line_size'] - 'GET'.length,
  };
  return {
    rule: {
      next,
      items: settings['pages.items'],
      isOptional: settings['response.path_optional'],
      decode: settings['response.decode'],
      maxBytes,
    },
    limit: settings['pages.limit'],
    maxBytes,
    target: (found, first, current) =>
      found.kind === 'cursor'
        ? pageAtCursor(first.path, found.parameter, found.cursor, scope)
        : resolvePage(found.reference, current, scope),
  };
}

/** An API behind a virtual host writes its name into URLs. */
function originsOf(
  { origin }: BaseUrl,
  headers: readonly { readonly name: string; readonly template: Template }[],
): readonly string[] {
  const host = headers.find(({ name }) => name.toLowerCase() === 'host')?.template.parts.join('');
  const url = `${origin.slice(0, origin.indexOf(':'))}://${host}`;
  return host !== undefined && URL.canParse(url) ? [origin, new URL(url).origin] : [origin];
}

/** Conditions of the first page, and its range, say nothing about others (RFC 9110 sections 13 and 14). */
const OF_ONE_PAGE: ReadonlySet<string> = new Set([
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
]);

/** The request of a further page. */
export function pageRequest(first: HttpRequest, path: string): HttpRequest {
  const headers = first.headers.filter(
    (_, index) => !OF_ONE_PAGE.has((first.headers[index - (index % 2)] as string).toLowerCase()),
  );
  return { ...first, path, headers };
}
