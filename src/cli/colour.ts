import { stringifyJson } from '../json.js';
import type { Output } from './host.js';

/**
 * Tells whether the output is a terminal with colours, and NO_COLOR is unset or empty
 * (https://no-color.org).
 */
export function wantsColour(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/**
 * SGR parameters by kind of text. They use the terminal's own palette, which suits its dark or
 * light background.
 */
const PAINT = {
  key: '34',
  text: '32',
  number: '33',
  literal: '35',
  good: '1;32',
  bad: '1;31',
  dim: '2',
} as const;

export type Paint = (kind: keyof typeof PAINT, text: string) => string;

export const paintNothing: Paint = (_kind, text) => text;
export const paintForTerminal: Paint = (kind, text) => `\u001b[${PAINT[kind]}m${text}\u001b[0m`;

/**
 * Formats JSON over several lines like `JSON.stringify(value, null, 2)`. Big integers stay exact. A
 * value that JSON does not know becomes null. Control characters are escaped: text from an upstream
 * must not control the terminal.
 */
export function prettyJson(value: unknown, paint: Paint, indent = ''): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => prettyJson(item, paint, `${indent}  `));
    return block('[', items, ']', indent);
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    const members = entries.map(
      ([key, member]) => `${paint('key', quoted(key))}: ${prettyJson(member, paint, `${indent}  `)}`,
    );
    return block('{', members, '}', indent);
  }
  if (typeof value === 'string') return paint('text', quoted(value));
  if (typeof value === 'bigint') return paint('number', value.toString());
  if (typeof value === 'number') return paint('number', JSON.stringify(value));
  if (typeof value === 'boolean') return paint('literal', String(value));
  return paint('literal', 'null');
}

/**
 * Makes text safe for a terminal: control characters except line feed and tab become visible
 * escapes.
 */
export function visibleText(text: string): string {
  return escapeControls(text.replaceAll('\r\n', '\n'));
}

/**
 * Formats JSON on one line. Big integers stay exact. Control characters are escaped, as JSON
 * allows.
 */
export function jsonLine(value: unknown): string {
  return `${escapeControls(stringifyJson(value))}\n`;
}

function block(open: string, items: readonly string[], close: string, indent: string): string {
  if (items.length === 0) return `${open}${close}`;
  const inner = items.map((item) => `${indent}  ${item}`).join(',\n');
  return `${open}\n${inner}\n${indent}${close}`;
}

function quoted(text: string): string {
  return escapeControls(JSON.stringify(text));
}

/**
 * JSON does not escape DEL and the C1 block, but a terminal may act on them (U+009B begins a
 * sequence).
 */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find control characters
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
