/** One cell of a table. */
export interface Cell {
  readonly text: string;
  /** Adds colours. They do not count for the width. Default: none. */
  readonly paint?: (text: string) => string;
  /** Numbers are aligned at the right. */
  readonly isNumber?: boolean;
}

/** Formats rows with aligned columns, two spaces apart. */
export function textTable(rows: readonly (readonly Cell[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.text.length ?? 0)),
  );
  return rows
    .map(
      (row) =>
        `${row.map((cell, column) => padded(cell, widths[column] ?? 0, column === row.length - 1)).join('  ')}\n`,
    )
    .join('');
}

function padded(
  { text, paint = (same) => same, isNumber = false }: Cell,
  width: number,
  isLast: boolean,
): string {
  const space = ' '.repeat(width - text.length);
  if (isNumber) return space + paint(text);
  return isLast ? paint(text) : paint(text) + space;
}
