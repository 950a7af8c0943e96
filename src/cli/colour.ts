import { stringifyJson } from '../json.js';
import type { Output } from './host.js';

/** True for a terminal whose user has not asked for plain text (https://no-color.org: set and not empty). */
export function wantsColour(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** What is painted, and with which SGR parameters: the terminal's own palette, readable on dark and light. */
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
 * JSON over several lines, two spaces a level, as `JSON.stringify(value, null, 2)` lays it out. A BigInt prints its
 * digits, so big integers stay exact; a value that JSON does not know prints as null. Terminal control characters come
 * out escaped: an upstream's text must not steer the terminal.
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

/** Plain text for a terminal: control characters other than line feed and tab become visible escapes. */
export function visibleText(text: string): string {
  return escapeControls(text.replaceAll('\r\n', '\n'));
}

/** JSON on one line, big integers exactly; a terminal that shows it obeys nothing in it. It stays the same JSON. */
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

/** JSON leaves DEL and the C1 block alone, but a terminal may obey them (U+009B begins a control sequence). */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
