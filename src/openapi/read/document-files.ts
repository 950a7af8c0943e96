import { dirname, resolve } from 'node:path';
import { DocumentError } from './document-error.js';
import { isRecord } from './is-record.js';
import { escapeStep, unescapeStep } from './json-outline.js';
import { MAX_VALUES, type ParsedFile, parseDocument } from './parse-document.js';

/** Reads a file by its absolute path. @throws DocumentError */
export type ReadDocumentFile = (path: string) => string | Uint8Array;

/** A value in a document, and where it is. */
export interface Located {
  readonly value: unknown;
  readonly file: string;
  /** A JSON Pointer (RFC 6901). */
  readonly pointer: string;
}

/** The files of one document. Each is read and parsed once. */
export interface DocumentFiles {
  root(path: string): Located;
  /** Follows `$ref` until a value without one. @throws DocumentError */
  follow(node: Located): Located;
  /** Finds what a reference in the file of `from` leads to. @throws DocumentError */
  resolve(reference: unknown, from: Located): Located;
  lineOf(node: Pick<Located, 'file' | 'pointer'>): number;
}

/** The public document with the most files has 2,900. */
const MAX_FILES = 10_000;
const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_HOPS = 100;

export function createDocumentFiles(readFile: ReadDocumentFile): DocumentFiles {
  const files = new Map<string, ParsedFile | DocumentError>();
  let length = 0;
  let values = 0;

  function load(path: string): ParsedFile {
    let found = files.get(path);
    if (found === undefined) {
      found = parse(path);
      files.set(path, found);
    }
    if (found instanceof DocumentError) throw found;
    return found;
  }

  function parse(path: string): ParsedFile | DocumentError {
    if (files.size >= MAX_FILES) return new DocumentError(`the document has more than ${MAX_FILES} files`);
    try {
      const content = readFile(path);
      length += content.length;
      if (length > MAX_CHARACTERS) throw new DocumentError('the files of the document have more than 64 MB');
      const file = parseDocument(content);
      values += file.values;
      if (values > MAX_VALUES) throw new DocumentError('the files of the document have too many values');
      return file;
    } catch (error) {
      if (error instanceof DocumentError) return error;
      throw error;
    }
  }

  function find(file: string, pointer: string, hops: number): Located {
    let node: Located = { value: load(file).value, file, pointer: '' };
    const steps = pointer.split('/').slice(1).map(unescapeStep);
    for (const step of steps) {
      const next = child(node, step);
      // A pointer may lead through a reference.
      node = next ?? child(followFrom(node, hops + 1), step) ?? missing();
    }
    return node;
  }

  function resolveFrom(reference: unknown, from: Located, hops: number): Located {
    if (typeof reference !== 'string') throw new DocumentError('a $ref must be a text');
    if (hops > MAX_HOPS) throw new DocumentError('its $ref leads in a circle');
    const mark = reference.indexOf('#');
    const address = mark < 0 ? reference : reference.slice(0, mark);
    const pointer = decode(mark < 0 ? '' : reference.slice(mark + 1));
    if (/^(?:[a-z][a-z0-9+.-]+:|\/\/)/i.test(address)) {
      throw new DocumentError(`nothing is fetched, and its $ref ${quote(reference)} is a URL; use a file`);
    }
    if (pointer !== '' && !pointer.startsWith('/')) {
      throw new DocumentError(`its $ref ${quote(reference)} has no JSON Pointer after the #`);
    }
    const file = address === '' ? from.file : resolve(dirname(from.file), decode(address));
    try {
      return find(file, pointer, hops);
    } catch (error) {
      if (!(error instanceof DocumentError) || error.message.includes('$ref')) throw error;
      throw new DocumentError(`its $ref ${quote(reference)} cannot be used: ${error.message}`);
    }
  }

  function followFrom(node: Located, hops: number): Located {
    let at = node;
    for (let count = hops; hasReference(at.value); count++) at = resolveFrom(at.value.$ref, at, count);
    return at;
  }

  return {
    root: (path) => ({ value: load(path).value, file: path, pointer: '' }),
    follow: (node) => followFrom(node, 0),
    resolve: (reference, from) => resolveFrom(reference, from, 0),
    lineOf: ({ file, pointer }) => {
      const found = files.get(file);
      return found === undefined || found instanceof DocumentError ? 0 : found.lineOf(pointer);
    },
  };
}

function missing(): never {
  throw new DocumentError('it leads nowhere');
}

const quote = (reference: string): string => JSON.stringify(reference.slice(0, 200));

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function hasReference(value: unknown): value is Readonly<{ $ref: unknown }> {
  return isRecord(value) && typeof own(value, '$ref') === 'string';
}

/** A member of an object; undefined if it has none. Never a member of its prototype. */
export function own(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The member of an object or list, with its place. */
export function child(node: Located, name: string): Located | undefined {
  const { value } = node;
  const isMember = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  if (!isMember) return undefined;
  return {
    value: (value as Record<string, unknown>)[name],
    file: node.file,
    pointer: `${node.pointer}/${escapeStep(name)}`,
  };
}

/** The members of an object. Any other value has none. */
export function members(node: Located | undefined): readonly (readonly [name: string, node: Located])[] {
  if (node === undefined || !isRecord(node.value)) return [];
  return Object.keys(node.value).map((name) => [name, child(node, name) as Located] as const);
}

/** The elements of a list. Any other value has none. */
export function elements(node: Located | undefined): readonly Located[] {
  if (node === undefined || !Array.isArray(node.value)) return [];
  return node.value.map((value, index) => ({ value, file: node.file, pointer: `${node.pointer}/${index}` }));
}
