import { isDictionary } from '../request/fill-template.js';

/**
 * A value as JSON has it, for validators: large integers are numbers, and bytes are text. Copies only
 * what has one of them.
 */
export function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return textOf(value);
  if (Array.isArray(value)) return unlessSame(value, value.map(jsonValue));
  if (!isDictionary(value)) return value;
  const names = Object.keys(value);
  const items = names.map((name) => jsonValue(value[name]));
  if (names.every((name, index) => value[name] === items[index])) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [index, name] of names.entries()) copy[name] = items[index];
  return copy;
}

function unlessSame(list: readonly unknown[], items: readonly unknown[]): readonly unknown[] {
  return items.every((item, index) => item === list[index]) ? list : items;
}

/** WAMP, "Binary conversion of JSON Strings". */
function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return `\0${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}`;
}
