import { type DataType, dotPath } from './datatypes.js';
import { isToken } from './http-fields.js';
import { ValueError } from './value-error.js';

/** Where a page of a list names the next one. */
export type NextPagePlace =
  /** In the header `Link`, with the relation `next` (RFC 8288). */
  | { readonly kind: 'link' }
  /** In another header, as a URL. */
  | { readonly kind: 'header'; readonly name: string }
  /** In its JSON, as a URL. */
  | { readonly kind: 'body'; readonly path: readonly string[] }
  /** In its JSON, as the value of a query parameter. */
  | { readonly kind: 'cursor'; readonly path: readonly string[]; readonly parameter: string };

const FORMS = 'link, header:NAME, body:PATH, cursor:PATH>PARAMETER';

/** The value of `pages.next`. */
export const nextPagePlace: DataType<NextPagePlace> = {
  description: `one of ${FORMS}`,
  parse(value, context) {
    const [, kind = '', rest = ''] = /^(link|header|body|cursor)(?::(.*))?$/is.exec(value) ?? [];
    switch (kind.toLowerCase()) {
      case 'link':
        if (value.includes(':')) break;
        return { kind: 'link' };
      case 'header':
        if (!isToken(rest)) throw new ValueError('must name a header, as in header:X-Next-Page');
        return { kind: 'header', name: rest.toLowerCase() };
      case 'body':
        if (rest === '') break;
        return { kind: 'body', path: dotPath.parse(rest, context) };
      case 'cursor': {
        const end = rest.lastIndexOf('>');
        const parameter = rest.slice(end + 1).trim();
        if (end < 1 || parameter === '')
          throw new ValueError('must name a path and a query parameter, as in cursor:meta.next>page');
        return { kind: 'cursor', path: dotPath.parse(rest.slice(0, end).trim(), context), parameter };
      }
    }
    throw new ValueError(`must be one of ${FORMS}`);
  },
};
