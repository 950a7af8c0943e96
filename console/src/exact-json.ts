/** A number that JavaScript would write in another way, such as 12345678901234567890 or 1.10. */
export class ExactNumber {
  /** @param text as in the JSON */
  constructor(readonly text: string) {}
}

/** A string or a number of valid JSON. Strings are matched so that their digits are no numbers. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON. JSON.parse rounds long numbers, and a rounded ID is the ID of something else.
 *
 * @throws SyntaxError if the text is not JSON
 */
export function parseExact(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  if (text.match(TOKEN)?.every(isReproduced) ?? true) return plain;
  const mark = unusedMark(JSON.stringify(plain));
  const marked = text.replace(TOKEN, (token) => (isReproduced(token) ? token : JSON.stringify(mark + token)));
  return JSON.parse(marked, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? new ExactNumber(value.slice(mark.length)) : value,
  );
}

/** Writes JSON, with each {@link ExactNumber} as it was. */
export function stringifyExact(value: unknown, indent?: number): string {
  const mark = unusedMark(JSON.stringify(value));
  const marked = JSON.stringify(
    value,
    (_name, each: unknown) => (each instanceof ExactNumber ? mark + each.text : each),
    indent,
  );
  return marked.replace(TOKEN, (token) =>
    token.startsWith(`"${mark}`) ? token.slice(mark.length + 1, -1) : token,
  );
}

function isReproduced(token: string): boolean {
  return token.startsWith('"') || JSON.stringify(Number(token)) === token;
}

/** Marks the strings that stand for numbers for a moment. No other string has the mark. */
function unusedMark(json: string): string {
  let mark = '~';
  while (json.includes(mark)) mark += '~';
  return mark;
}
