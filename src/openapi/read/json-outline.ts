/** What is known of a JSON text without parsing it. */
export interface JsonOutline {
  readonly depth: number;
  readonly values: number;
  /** The line of each member down to {@link OUTLINE_DEPTH}, by its JSON Pointer (RFC 6901). */
  readonly lines: ReadonlyMap<string, number>;
}

/** `/paths/~1pets/get` has three steps. */
export const OUTLINE_DEPTH = 3;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Reads the outline of a JSON text in one pass without recursion. It does not check the syntax.
 */
export function outlineJson(text: string): JsonOutline {
  const lines = new Map<string, number>();
  const pointers = [''];
  let line = 1;
  let depth = 0;
  let deepest = 0;
  let values = 1;
  /** The last string, which is a name if a colon follows. */
  let name = '';
  let nameLine = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case NEWLINE:
        line++;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        if (depth <= OUTLINE_DEPTH) {
          name = text.slice(at, end + 1);
          nameLine = line;
        }
        at = end;
        break;
      }
      case COLON:
        if (depth > OUTLINE_DEPTH) break;
        pointers[depth] = `${pointers[depth - 1] ?? ''}/${escapeStep(nameOf(name))}`;
        lines.set(pointers[depth] as string, nameLine);
        break;
      case COMMA:
        values++;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        values++;
        if (depth > deepest) deepest = depth;
        // A list has no names; nothing within it is looked up.
        if (depth <= OUTLINE_DEPTH) pointers[depth] = `${pointers[depth - 1] ?? ''}/`;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
    }
  }
  return { depth: deepest, values, lines };
}

/** The index of the closing quote, or the end of the text. */
function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

function nameOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/** One step of a JSON Pointer. */
export function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
