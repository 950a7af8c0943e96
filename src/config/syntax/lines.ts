import { ValueError } from '../types/value-error.js';

/** The position of a line. */
export interface Place {
  /** The file as messages name it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** One line of a configuration file that is neither blank nor a comment. */
export type Line = SettingLine | IncludeLine | FaultyLine;

/** `key = value`. The value is still raw, with quotes, trailing comment and `${ENV}`. */
export interface SettingLine extends Place {
  readonly kind: 'setting';
  readonly key: string;
  readonly rawValue: string;
}

/** `include path/*.conf`. The path is still raw. */
export interface IncludeLine extends Place {
  readonly kind: 'include';
  readonly rawPath: string;
}

/** A malformed line. `key` is the valid beginning of its key, or ''. */
export interface FaultyLine extends Place {
  readonly kind: 'error';
  readonly key: string;
  readonly message: string;
}

/**
 * The text of a value without quotes and trailing comment. `${ENV}` is not replaced in quoted text.
 */
export interface ValueText {
  readonly text: string;
  readonly quoted: boolean;
  /** The trailing comment with its `#`; '' if there is none, or if the value is quoted. */
  readonly comment: string;
}

/**
 * Splits text into lines without blank lines and comments. It never throws: an error is a line too.
 */
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

  // Text after " #" is a comment, so an "=" in it does not count.
  const equals = row.slice(0, commentOf(row)).indexOf('=');
  if (equals < 0) {
    // The message does not repeat the line, which may contain a secret.
    return faultyLine(place, '', 'expected "key = value" or "include file"');
  }
  const key = row.slice(0, equals).trim();
  if (key === '') return faultyLine(place, '', 'there is no key before the "="');
  if (key === 'include') return faultyLine(place, key, 'takes no "=": write include path/*.conf');
  const clean = /^[^\s\p{C}]+/u.exec(key)?.[0] ?? '';
  if (clean !== key) return faultyLine(place, clean, 'a key must not contain spaces or control characters');
  return { kind: 'setting', ...place, key, rawValue: row.slice(equals + 1) };
}

function faultyLine(place: Place, key: string, message: string): FaultyLine {
  return { kind: 'error', ...place, key, message };
}

/** The index of the comment. A "#" begins a comment only after a space: `a#b` is a value. */
function commentOf(text: string): number {
  const comment = text.search(/\s#/);
  return comment < 0 ? text.length : comment;
}

/**
 * Removes quotes or a trailing comment from a raw value. Text between quotes stays as it is, even
 * if it contains `#` after a space, or the other kind of quote. There is no escape character.
 *
 * @throws ValueError if a quote is not closed; if text other than a comment follows the closing
 * quote; if only a comment follows the `=`. `password = #secret` must not silently become an empty
 * password.
 */
export function readValueText(raw: string): ValueText {
  const trimmed = raw.trim();
  const quote = trimmed[0];
  if (quote !== '"' && quote !== "'") return readUnquoted(raw);
  const close = trimmed.indexOf(quote, 1);
  if (close < 0) throw new ValueError(`the value begins with ${quote} but no ${quote} closes it`);
  if (!/^(?:\s*$|\s+#)/.test(trimmed.slice(close + 1))) {
    throw new ValueError(
      `text follows the closing ${quote}; put a value that contains ${quote} between ${quote === '"' ? "'" : '"'}`,
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
      'the value is empty, because # begins a comment; put a value that begins with # in quotes, or remove the comment',
    );
  }
  return { text, quoted: false, comment };
}

/** Removes a trailing comment from a list. Its items may be in quotes, and keep them. */
export function readListText(raw: string): ValueText {
  const [text = ''] = /^(?:"[^"]*"|'[^']*'|(?!\s#)[\s\S])*/.exec(raw) ?? [];
  return { text: text.trim(), quoted: false, comment: raw.slice(text.length).trim() };
}
