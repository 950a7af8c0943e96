import type { Template, Variable } from '../../config/types/template.js';
import { BadRequest, type Call } from './call.js';
import { decodeOnce } from './decode-once.js';
import { holdsDotSegment } from './dot-segments.js';
import { encodeText } from './encode-text.js';
import { compileVariable, isScalar } from './fill-template.js';
import { TOO_LONG } from './query.js';

/** Builds the path of a request, and keeps the literal query of base_url and of the procedure's path apart. */
export interface PathBuilder {
  /** The whole path, percent-encoded. Throws {@link BadRequest}. */
  build(call: Call): string;
  /** `a=1&b=2` without the question mark, or ''. */
  readonly literalQuery: string;
}

/**
 * Joins base_url's path and the procedure's path with exactly one slash. They are appended, never resolved as a URL
 * reference (RFC 3986 §5.2 would let `//host` or `..` leave the origin).
 *
 * @param base path and query of base_url.
 * @param prefix what is taken off the procedure's path first, whole segments only.
 * @param most characters of a value
 */
export function compilePath(
  base: { path: string; query: string },
  prefix: string,
  path: Template,
  realm: string,
  most = Number.POSITIVE_INFINITY,
): PathBuilder {
  const { parts, query } = splitQuery(path.parts);
  // base_url is the whole endpoint then, as with GraphQL and JSON-RPC, be there a slash at its end or not.
  const isWhole = parts.every((part) => part === '');
  const relative = isWhole ? [] : stripPrefix(parts, prefix);
  const head = isWhole ? base.path : base.path.replace(/\/+$/, '');
  const pieces = relative.map(
    (part): Piece => (typeof part === 'string' ? part : compileSegment(part, realm, most)),
  );
  const literalQuery = [base.query, query].filter((text) => text !== '').join('&');
  if (pieces.every((piece) => typeof piece === 'string')) {
    const constant = head + pieces.join('');
    return { literalQuery, build: () => constant };
  }
  const checkJoined = refuseJoinedDots(pieces);
  return {
    literalQuery,
    build(call) {
      let text = '';
      for (const piece of pieces) text += typeof piece === 'string' ? piece : piece(call);
      checkJoined?.(text);
      return head + text;
    },
  };
}

/**
 * One variable as one path segment, or a part of one. Dot segments and the empty text are refused: no encoding makes dot
 * segments safe, for URL parsers take `%2e%2e` for `..` (WHATWG URL §4.4) and servers decode `..%2Fx`, and an empty id would
 * turn DELETE /invoices/{{id}} into DELETE /invoices/.
 */
function compileSegment(variable: Variable, realm: string, most: number): (call: Call) => string {
  const { name } = variable;
  const read = compileVariable(variable, realm);
  return (call) => {
    const value = read(call);
    if (value === undefined) throw new BadRequest(`Missing required path variable: ${name}`);
    if (!isScalar(value)) throw new BadRequest(`Path variable ${name} must be text, a number or a boolean`);
    const text = String(value);
    if (text === '') throw new BadRequest(`Path variable ${name} must not be empty`);
    if (text.length > most) throw new BadRequest(TOO_LONG);
    if (text === '.' || text === '..') throw new BadRequest(`Path variable ${name} must not be "." or ".."`);
    const encoded = encodeText(text, 'Path variable', name);
    // What needs no encoding has neither a slash nor an escape in it.
    if (encoded !== text && holdsDotSegment(text)) {
      throw new BadRequest(
        `Path variable ${name} must not hold "." or ".." between slashes, encoded or not: the server could leave its folder`,
      );
    }
    return encoded;
  };
}

/** Where variables and text, or several variables, make one segment, they can make a dot segment only together. */
function refuseJoinedDots(pieces: readonly Piece[]): ((path: string) => void) | undefined {
  const isJoined = pieces.some((piece, index) => {
    if (typeof piece === 'string') return false;
    const before = pieces[index - 1];
    const after = pieces[index + 1];
    const touches = (text: Piece | undefined, end: 'first' | 'last'): boolean =>
      text !== undefined &&
      (typeof text !== 'string' || (end === 'last' ? !text.endsWith('/') : !text.startsWith('/')));
    return touches(before, 'last') || touches(after, 'first');
  });
  if (!isJoined) return undefined;
  return (path) => {
    for (const segment of path.split('/')) {
      if (segment.includes('%') && holdsDotSegment(decodeOnce(segment))) {
        throw new BadRequest('The path variables must not make "." or ".." between slashes together');
      }
    }
  };
}

type Piece = string | ((call: Call) => string);

function splitQuery(parts: Template['parts']): { parts: Template['parts']; query: string } {
  const index = parts.findIndex((part) => typeof part === 'string' && part.includes('?'));
  if (index < 0) return { parts, query: '' };
  // The configuration refuses variables behind the question mark: there is one text part with it, and it is the last.
  const text = parts[index] as string;
  const mark = text.indexOf('?');
  return { parts: [...parts.slice(0, index), text.slice(0, mark)], query: text.slice(mark + 1) };
}

function stripPrefix(parts: Template['parts'], prefix: string): Template['parts'] {
  const [first, ...rest] = parts;
  const text = typeof first === 'string' ? first : '';
  const wanted = prefix.replace(/\/+$/, '');
  const behind = text.slice(wanted.length);
  const whole = text.startsWith(wanted) && (behind.startsWith('/') || (behind === '' && rest.length === 0));
  const start = wanted !== '' && whole ? behind : text;
  return [start.startsWith('/') ? start : `/${start}`, ...rest];
}
