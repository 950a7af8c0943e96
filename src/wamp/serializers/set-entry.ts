/**
 * Sets an entry of a dictionary. The key may come from the network. `__proto__` becomes an ordinary
 * key. A plain assignment would replace the dictionary's prototype.
 */
export function setOwnEntry(dict: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(dict, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    dict[key] = value;
  }
}
