import { createRequire } from 'node:module';
import type * as JsYaml from 'js-yaml';
import { DocumentError } from './document-error.js';
import { escapeStep, OUTLINE_DEPTH, outlineJson } from './json-outline.js';

/** A file of a document. */
export interface ParsedFile {
  readonly value: unknown;
  /** How many values it has, at most. */
  readonly values: number;
  /** The line of a member, for up to three steps of its JSON Pointer; otherwise 1. */
  lineOf(pointer: string): number;
}

/** Real documents are nested less than 100 levels deep. All later code may recurse. */
export const MAX_DEPTH = 400;
/** The largest public documents have about 1.5 million values. Each takes up to 100 bytes. */
export const MAX_VALUES = 3_000_000;
/** Aliases of real documents repeat a few values. Each is a reference, so they cost nothing here. */
const MAX_ALIASES = 100_000;

/**
 * Parses a file as JSON or YAML, whatever its name says.
 *
 * @param keys whether YAML may have a key twice. The last one counts, as in JSON. Some published
 * documents need that.
 * @throws DocumentError
 */
export function parseDocument(
  content: string | Uint8Array,
  keys: 'unique' | 'repeated' = 'repeated',
): ParsedFile {
  const text = textOf(content);
  return /^\s*[{[]/.test(text) ? parseJsonFile(text, keys) : parseYamlFile(text, keys);
}

function textOf(content: string | Uint8Array): string {
  if (typeof content === 'string') return content.replace(/^\ufeff/, '');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new DocumentError('the file is not UTF-8 text');
  }
}

function parseJsonFile(text: string, keys: 'unique' | 'repeated'): ParsedFile {
  const { depth, values, lines } = outlineJson(text);
  checkSize(depth, values);
  try {
    return { value: JSON.parse(text), values, lineOf: (pointer) => lines.get(pointer) ?? 1 };
  } catch {
    // YAML in flow style begins with a bracket too.
    return parseYamlFile(text, keys);
  }
}

function parseYamlFile(text: string, keys: 'unique' | 'repeated'): ParsedFile {
  const values = estimateValues(text);
  checkSize(0, values);
  const yaml: typeof JsYaml = createRequire(import.meta.url)('js-yaml');
  const { CORE_SCHEMA, mergeTag, parseEvents, constructFromEvents, YAMLException } = yaml;
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const documents = constructFromEvents(events, {
      source: text,
      schema: CORE_SCHEMA.withTags(mergeTag),
      json: keys === 'repeated',
      maxAliases: MAX_ALIASES,
    });
    if (documents.length !== 1) throw new DocumentError('the file must hold one YAML document');
    const [value] = documents;
    const hasAliases = events.some(({ type }) => type === yaml.EVENT_ID.ALIAS);
    const lines = linesOf(text, events, yaml);
    return {
      value,
      values: hasAliases ? expandedSize(value) : values,
      lineOf: (pointer) => lines.get(pointer) ?? 1,
    };
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    if (!(error instanceof YAMLException)) throw new DocumentError('the file is not valid JSON or YAML');
    const mark = (error as { mark?: { line?: number } | null }).mark;
    throw new DocumentError(
      `the file is not valid YAML: ${(error as { reason?: string }).reason ?? 'it cannot be parsed'}`,
      typeof mark?.line === 'number' ? mark.line + 1 : 0,
    );
  }
}

function checkSize(depth: number, values: number): void {
  if (depth > MAX_DEPTH) throw new DocumentError(`the file is nested deeper than ${MAX_DEPTH} levels`);
  if (values > MAX_VALUES) {
    throw new DocumentError(`the file has more than ${MAX_VALUES / 1_000_000} million values`);
  }
}

/** Counts characters that begin a value. It never finds too few values, except in folded text. */
function estimateValues(text: string): number {
  let count = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // LF , [ { :
    if (code === 0x0a || code === 0x2c || code === 0x5b || code === 0x7b) count++;
  }
  return count;
}

/**
 * Counts the values as if each alias were a copy, because all later code sees copies. A few lines
 * can hold billions of values in this way.
 *
 * @throws DocumentError
 */
function expandedSize(root: unknown): number {
  const sizes = new Map<object, { values: number; depth: number }>();
  function sizeOf(value: unknown, depth: number): { values: number; depth: number } {
    if (typeof value !== 'object' || value === null) return { values: 1, depth: 0 };
    const known = sizes.get(value);
    // Also ends the search in an alias that contains itself.
    checkSize(depth + (known?.depth ?? 0), known?.values ?? 0);
    if (known !== undefined) return known;
    const size = { values: 1, depth: 0 };
    for (const item of Object.values(value)) {
      const { values, depth: inner } = sizeOf(item, depth + 1);
      size.values += values;
      size.depth = Math.max(size.depth, inner + 1);
      checkSize(depth + size.depth, size.values);
    }
    sizes.set(value, size);
    return size;
  }
  return sizeOf(root, 0).values;
}

/** Finds the lines of the outer members in the events of the parser. */
function linesOf(text: string, events: readonly JsYaml.Event[], yaml: typeof JsYaml): Map<string, number> {
  const { DOCUMENT, MAPPING, SEQUENCE, SCALAR, ALIAS, POP } = yaml.EVENT_ID;
  const lines = new Map<string, number>();
  let line = 1;
  let counted = 0;
  const lineAt = (offset: number): number => {
    for (; counted < offset; counted++) if (text.charCodeAt(counted) === 0x0a) line++;
    return line;
  };
  /** Open collections. `name` is the pointer of the next value in a mapping, if a name was read. */
  const open: { pointer: string; isMapping: boolean; name: string | undefined }[] = [];
  const nextPointer = (): string => {
    const top = open.at(-1);
    const pointer = top?.name ?? (top === undefined ? '' : `${top.pointer}/`);
    if (top !== undefined) top.name = undefined;
    return pointer;
  };
  for (const event of events) {
    const top = open.at(-1);
    if (event.type === DOCUMENT) open.length = 0;
    else if (event.type === POP) open.pop();
    else if (event.type === MAPPING || event.type === SEQUENCE) {
      open.push({ pointer: nextPointer(), isMapping: event.type === MAPPING, name: undefined });
    } else if (top?.isMapping === true && top.name === undefined) {
      // A name. Its text does not matter deeper down.
      const isShown = open.length <= OUTLINE_DEPTH && event.type === SCALAR;
      top.name = isShown
        ? `${top.pointer}/${escapeStep(yaml.getScalarValue(text, event as JsYaml.ScalarEvent))}`
        : `${top.pointer}/`;
      if (isShown) lines.set(top.name, lineAt((event as JsYaml.ScalarEvent).valueStart));
    } else if (event.type === SCALAR || event.type === ALIAS) nextPointer();
  }
  return lines;
}
