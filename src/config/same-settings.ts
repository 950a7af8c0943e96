/**
 * Tells whether two parts of configurations are equal. Compares everything that a configuration
 * holds, including secrets, which are not enumerable. Ignores functions: they only hide secrets from
 * print.
 *
 * The order in maps counts, because the order of headers and fields counts.
 */
export function isSameSettings(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof Map !== other instanceof Map || Array.isArray(one) !== Array.isArray(other))
    return false;
  if (one instanceof Map) return isSameSettings([...one], [...(other as Map<unknown, unknown>)]);
  const keys = keysOf(one);
  return (
    keys.length === keysOf(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameSettings(memberOf(one, key), memberOf(other, key)))
  );
}

/** Setting undefined and not setting a key mean the same. */
function keysOf(holder: object): readonly PropertyKey[] {
  return Reflect.ownKeys(holder).filter((key) => {
    const value = memberOf(holder, key);
    return value !== undefined && typeof value !== 'function';
  });
}

const memberOf = (holder: object, key: PropertyKey): unknown => (holder as Record<PropertyKey, unknown>)[key];
