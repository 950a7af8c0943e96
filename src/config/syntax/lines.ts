import { ValueError } from '../types/value-error.js';

/** Where a line stands. */
export interface Place {
  /** The file as messages name it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** One line of a configuration file that says something. */
export type Line = SettingLine | IncludeLine | FaultyLine;

/** `key = value`. The value is still raw: quotes, trailing comment and `${ENV}` are in it. */
export interface SettingLine extends Place {
  readonly kind: 'setting';
  readonly key: string;
  readonly rawValue: string;
}

/** `include path/*.conf`, the path still raw. */
export interface IncludeLine extends Place {
  readonly kind: 'include';
  readonly rawPath: string;
}

/** A line that is neither. `key` holds as much of a key as could be made out. */
export interface FaultyLine extends Place {
  readonly kind: 'fault';
  readonly key: string;
  readonly message: string;
}

/** The text of a value after quotes and trailing comment are gone; quoted text takes no `${ENV}`. */
export interface ValueText {
  readonly text: string;
  readonly quoted: boolean;
  /** The trailing comment, its hash included; '' where there is none, or the value is quoted. */
  readonly comment: string;
}

/** Splits a file's text into its lines, dropping blank ones and comments. Never throws: faults are lines too. */
export function parseLines(text: string, file: string): readonly Line[] {
  const lines: Line[] = [];
  const rows = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  rows.forEach((row, index) => {
    const line = parseLine(row.trim(), { file, line: index + 1 });
    if (line !== undefined) lines.push(line);
  });
  return lines;
}

function parseLine(row: string, place: Place): Line | undefined {
  if (row === '' || row.startsWith('#')) return undefined;
  const include = /^include\s+([^\s=].*)$/.exec(row);
  if (include !== null) return { kind: 'include', ...place, rawPath: include[1] as string };

  // What follows " #" is a comment, so an "=" in there makes no setting.
  const equals = row.slice(0, commentOf(row)).indexOf('=');
  if (equals < 0) {
    // Only the first word may be shown: what follows it may well be a value, and a secret.
    return fault(place, '', 'expected "key = value" or "include file"');
  }
  const key = row.slice(0, equals).trim();
  if (key === '') return fault(place, '', 'there is no key before the "="');
  if (key === 'include') return fault(place, key, 'takes no "=": write include path/*.conf');
  const clean = /^[^\s\p{C}]+/u.exec(key)?.[0] ?? '';
  if (clean !== key) return fault(place, clean, 'a key holds no spaces and no control characters');
  return { kind: 'setting', ...place, key, rawValue: row.slice(equals + 1) };
}

function fault(place: Place, key: string, message: string): FaultyLine {
  return { kind: 'fault', ...place, key, message };
}

/** A "#" begins a comment only after a space: `a#b` is a value. */
function commentOf(text: string): number {
  const comment = text.search(/\s#/);
  return comment < 0 ? text.length : comment;
}

/**
 * Takes quotes or a trailing comment off a raw value. Between quotes everything is verbatim, the other kind of quote and
 * ` #` included; there is no escape character.
 *
 * @throws ValueError where a quote is not closed or something other than a comment follows it, and where a comment leaves
 * nothing of the value: `password = #secret` must not become an empty password without a word.
 */
export function readValueText(raw: string): ValueText {
  const trimmed = raw.trim();
  const quote = trimmed[0];
  if (quote !== '"' && quote !== "'") return readUnquoted(raw);
  const close = trimmed.indexOf(quote, 1);
  if (close < 0) throw new ValueError(`the value begins with ${quote} but no ${quote} closes it`);
  if (!/^(?:\s*$|\s+#)/.test(trimmed.slice(close + 1))) {
    throw new ValueError(
      `text follows the closing ${quote}; a value that holds ${quote} goes between ${quote === '"' ? "'" : '"'}`,
    );
  }
  return { text: trimmed.slice(1, close), quoted: true, comment: '' };
}

function readUnquoted(raw: string): ValueText {
  const end = commentOf(raw);
  const text = raw.slice(0, end).trim();
  const comment = raw.slice(end).trim();
  if (text === '' && comment !== '') {
    throw new ValueError(
      'the value is empty, as # begins a comment; put a value that begins with # in quotes, or remove the comment',
    );
  }
  return { text, quoted: false, comment };
}
