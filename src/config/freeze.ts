import { type InspectOptions, inspect } from 'node:util';

const SHOWN = '[secret]';

/**
 * Makes `JSON.stringify` and `util.inspect` show `[secret]` instead of `holder`. Its properties
 * stay readable.
 */
export function hideFromPrint<T extends object>(holder: T): T {
  // Configurable, because a value may be hidden twice.
  Object.defineProperty(holder, 'toJSON', { value: () => SHOWN, configurable: true });
  Object.defineProperty(holder, inspect.custom, { value: () => SHOWN, configurable: true });
  return holder;
}

/**
 * Makes `util.inspect` omit the non-enumerable properties of `holder`, even with `showHidden` and
 * `%o`. Use it for strings, because a string cannot hide itself. `JSON.stringify` always omits
 * these properties.
 */
export function hideUnlisted<T extends object>(holder: T): T {
  const show = (_depth: number, options: InspectOptions, inspectAgain: typeof inspect): string =>
    inspectAgain({ ...holder }, options);
  return Object.defineProperty(holder, inspect.custom, { value: show, configurable: true });
}

/** A map that cannot be changed. `Object.freeze` does not disable `set` and `delete`. */
export function frozenMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  const map = new Map(entries);
  for (const method of ['set', 'delete', 'clear']) {
    Object.defineProperty(map, method, {
      value: () => {
        throw new TypeError('the configuration is frozen');
      },
    });
  }
  return map;
}

/** A frozen map whose values cannot be printed by accident. */
export function secretMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  return hideFromPrint(frozenMap(entries));
}

/** Freezes `value` and everything in it, including the contents of maps. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const held: readonly unknown[] = value instanceof Map ? [...value.values()] : [];
  for (const key of Reflect.ownKeys(value)) deepFreeze((value as Record<PropertyKey, unknown>)[key]);
  for (const item of held) deepFreeze(item);
  return value;
}
