/** Formats a list for a message: the first distinct items, and how many more there are. */
export function joinSome(items: readonly string[], max: number): string {
  const different = [...new Set(items)];
  const shown = different.slice(0, max).join(', ');
  return different.length > max ? `${shown} and ${different.length - max} more` : shown;
}
