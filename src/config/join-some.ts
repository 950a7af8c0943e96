/** Formats a list for a message: the first different items, and how many more there are. */
export function joinSome(items: readonly string[], most: number): string {
  const different = [...new Set(items)];
  const shown = different.slice(0, most).join(', ');
  return different.length > most ? `${shown} and ${different.length - most} more` : shown;
}
