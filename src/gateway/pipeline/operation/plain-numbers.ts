import { isDictionary } from '../fill-template.js';

/**
 * Replaces large integers by numbers, because validators do not know the type bigint. Copies only
 * what has one.
 */
export function plainNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return mapped(value, value.map(plainNumbers));
  if (!isDictionary(value)) return value;
  const names = Object.keys(value);
  const items = names.map((name) => plainNumbers(value[name]));
  if (names.every((name, index) => value[name] === items[index])) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [index, name] of names.entries()) copy[name] = items[index];
  return copy;
}

function mapped(list: readonly unknown[], items: readonly unknown[]): readonly unknown[] {
  return items.every((item, index) => item === list[index]) ? list : items;
}
