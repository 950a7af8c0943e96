import type { MatchedEntry } from './match-entries.js';
import type { SingleSpec } from './schema/spec.js';
import { isSecretName, maskQuery } from './secret-names.js';
import { readValueText } from './syntax/lines.js';
import { type Environment, type Piece, substitutePieces } from './syntax/substitution.js';
import { MASK } from './types/template.js';
import { ValueError } from './types/value-error.js';

/** A longer value is cut. */
const MAX_LENGTH = 500;
/** In a longer value, the search for names takes too long. */
const MAX_SEARCHED = 10_000;

/**
 * A value as the file has it, for operators. It holds no secret:
 *
 * - Values of keys that are secret in the table are `***`.
 * - Text from the environment stays `${NAME}`, except in numbers and flags.
 * - Literal text is `***` where the name of a header, parameter, cookie or field suggests a
 *   credential, as in a preview.
 *
 * @param setting what the value means; undefined for members of families
 */
export function shownValue({ entry, match }: MatchedEntry, setting: unknown, env: Environment): string {
  const { spec, name, field } = match;
  if (isSecretSpec('record' in spec ? spec.record.keys[field ?? ''] : spec)) return MASK;
  const pieces = piecesOf(entry.rawValue, env);
  if (pieces === undefined) return MASK;
  if (typeof setting === 'number' || typeof setting === 'boolean')
    return pieces.map(({ text }) => text).join('');
  const shown = isCredential(match.key, 'family' in spec ? name : undefined)
    ? maskLiterals(pieces)
    : maskPlain(pieces, match.key);
  return shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH)}…` : shown;
}

/** A key that is not in the table is secret. */
const isSecretSpec = (spec: Pick<SingleSpec, 'secret'> | undefined): boolean =>
  spec === undefined || spec.secret === true;

/** Undefined for a value that is malformed. */
function piecesOf(rawValue: string, env: Environment): readonly Piece[] | undefined {
  try {
    const { text, quoted } = readValueText(rawValue);
    return quoted ? [{ text, fromEnvironment: false }] : substitutePieces(text, env);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

const isCredential = (key: string, name: string | undefined): boolean =>
  key === 'auth.apply.format' || key === 'cookies.$name' || (name !== undefined && isSecretName(name));

const reference = ({ variable = '' }: Piece): string => `\${${variable}}`;

/** A variable alone, perhaps after the name of an HTTP scheme. */
const ONLY_VARIABLE = /^(?:[a-z]+ )?\{\{[^{}:]*\}\}$/i;

/** Shows the variables of a template, and masks the rest of it. */
function maskLiterals(pieces: readonly Piece[]): string {
  const [only] = pieces.filter(({ text }) => text !== '');
  if (pieces.length === 1 && only !== undefined && ONLY_VARIABLE.test(only.text)) return only.text;
  return pieces.map((piece) => (piece.fromEnvironment ? reference(piece) : maskText(piece.text))).join('');
}

/** The variables of a text, each after the literal text before it. A default is literal text. */
const maskText = (text: string): string =>
  text
    .split(/(\{\{[^{}:]*\}\})/)
    .map((part, at) => (at % 2 === 1 || part === '' ? part : MASK))
    .join('');

/** The name of a field in the text of a JSON value. */
const JSON_NAME = /"((?:[^"\\]|\\.)*)"\s*:/g;

/** Masks passwords in URLs, and parameters and fields of JSON by their names. */
function maskPlain(pieces: readonly Piece[], key: string): string {
  const text = pieces.map((piece) => (piece.fromEnvironment ? reference(piece) : piece.text)).join('');
  if (text.length > MAX_SEARCHED) return MASK;
  for (const [, name = ''] of text.matchAll(JSON_NAME)) if (isSecretName(name)) return MASK;
  const shown = text.replace(/\/\/[^/?#]*@/g, `//${MASK}@`);
  // The URLs of routers are a list.
  const urls = key === 'url' ? shown.split(/(,)/) : [shown];
  return urls.map(maskUrl).join('');
}

function maskUrl(url: string): string {
  const at = url.indexOf('?') + 1;
  return at === 0 ? url : url.slice(0, at) + maskQuery(url.slice(at), () => MASK);
}
