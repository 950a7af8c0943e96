/**
 * `getInvoice` for `get_invoice`, `get-invoice` and `GetInvoice`. Always an identifier, without `_`
 * inside.
 */
export function camelCase(name: string): string {
  const pascal = joinedWords(name);
  // A run of capitals at the start is one word: `URLInfo` becomes `urlInfo`.
  const [capitals = ''] = /^[A-Z]+(?![a-z])/.exec(pascal) ?? [];
  const length = Math.max(1, capitals.length);
  return identifier(pascal.slice(0, length).toLowerCase() + pascal.slice(length));
}

/** `GetInvoice`, for types. */
export const pascalCase = (name: string): string => identifier(joinedWords(name));

/**
 * Characters beyond U+FFFF do not count: the versions of TypeScript know different ones of them as
 * letters.
 */
function joinedWords(name: string): string {
  return (name.match(/(?:(?![_\u{10000}-\u{10ffff}])\p{ID_Continue})+/gu) ?? [])
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

const identifier = (text: string): string => (/^\p{ID_Start}/u.test(text) ? text : `_${text}`);

/**
 * Gives each name once. A name that is taken gets a number behind `_`, which no name of
 * {@link camelCase} has. So a clash never changes the name of a third.
 */
export function createNames(reserved: readonly string[]): (wanted: string) => string {
  const taken = new Set(reserved);
  return (wanted) => {
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  };
}
