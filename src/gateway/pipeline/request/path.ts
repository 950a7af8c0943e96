import type { Template, Variable } from '../../../config/types/template.js';
import { BadRequest, type Call } from '../call.js';
import { decodeOnce } from './decode-once.js';
import { holdsDotSegment } from './dot-segments.js';
import { encodeText } from './encode-text.js';
import { compileVariable, isScalar } from './fill-template.js';
import { TOO_LONG } from './query.js';

/** Builds the path of a request. */
export interface PathBuilder {
  /** The whole path, percent-encoded. Throws {@link BadRequest}. */
  build(call: Call): string;
  /**
   * The queries of base_url and of the procedure's path, without the question mark: `a=1&b=2`, or
   * ''.
   */
  readonly literalQuery: string;
}

/** Compiles a function that writes a variable into its segment, percent-encoded. */
export type CompileSegment = (variable: Variable) => (call: Call) => string;

/**
 * Joins the paths of base_url and of the procedure with exactly one slash. The path is never
 * resolved as a URL reference, because `//host` and `..` would leave the origin (RFC 3986 §5.2).
 *
 * @param base path and query of base_url
 * @param prefix removed from the start of the procedure's path, only as whole segments
 * @param max the maximum number of characters of a value
 * @param segmentOf compiles a variable of the path. Default: the kwarg of its name as one segment
 */
export function compilePath(
  base: { path: string; query: string },
  prefix: string,
  path: Template,
  realm: string,
  max = Number.POSITIVE_INFINITY,
  segmentOf: CompileSegment = (variable) => compileSegment(variable, realm, max),
): PathBuilder {
  const { parts, query } = splitQuery(path.parts);
  // If the procedure has no path, base_url is the whole endpoint, as for GraphQL and JSON-RPC. It
  // may end with a slash.
  const isWhole = parts.every((part) => part === '');
  const relative = isWhole ? [] : stripPrefix(parts, prefix);
  const head = isWhole ? base.path : base.path.replace(/\/+$/, '');
  const pieces = relative.map((part): Piece => (typeof part === 'string' ? part : segmentOf(part)));
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
 * Compiles one variable as a path segment, or a part of one.
 *
 * Dot segments are refused, because no encoding makes them safe: URL parsers read `%2e%2e` as `..`
 * (WHATWG URL §4.4), and servers decode `..%2Fx`. Empty text is refused too, because it would turn
 * DELETE /invoices/{{id}} into DELETE /invoices/.
 */
function compileSegment(variable: Variable, realm: string, max: number): (call: Call) => string {
  const { name } = variable;
  const read = compileVariable(variable, realm);
  return (call) => {
    const value = read(call);
    if (value === undefined) throw new BadRequest(`Missing required path variable: ${name}`);
    if (!isScalar(value)) throw new BadRequest(`Path variable ${name} must be text, a number or a boolean`);
    return encodeSegment(String(value), name, max);
  };
}

/**
 * Percent-encodes a text as one segment of a path, or as a part of one.
 *
 * @param max the maximum number of characters
 */
export function encodeSegment(text: string, name: string, max: number): string {
  if (text === '') throw new BadRequest(`Path variable ${name} must not be empty`);
  if (text.length > max) throw new BadRequest(TOO_LONG);
  if (text === '.' || text === '..') throw new BadRequest(`Path variable ${name} must not be "." or ".."`);
  const encoded = encodeText(text, 'Path variable', name);
  // A text that needs no encoding contains no slash and no escape.
  if (encoded !== text && holdsDotSegment(text)) {
    throw new BadRequest(
      `Path variable ${name} must not contain "." or ".." between slashes, encoded or not: the server could leave its folder`,
    );
  }
  return encoded;
}

/** Refuses dot segments that several variables, or variables and text, form together. */
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
        throw new BadRequest('The path variables together must not form "." or ".." between slashes');
      }
    }
  };
}

type Piece = string | ((call: Call) => string);

function splitQuery(parts: Template['parts']): { parts: Template['parts']; query: string } {
  const index = parts.findIndex((part) => typeof part === 'string' && part.includes('?'));
  if (index < 0) return { parts, query: '' };
  // The configuration allows no variables after the question mark, so this text is the last part.
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
