/** A punctuation character, the beginning of a string, or a complete number or word. */
const TOKEN =
  /\s*(?:([[{])|([\]}])|([,:])|(")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)))/y;

/**
 * A piece of the content of a string (RFC 8259 section 7). One expression for the whole content
 * overflows the stack.
 */
const STRING_PIECE = /[ !#-[\]-\uffff]{1,1000}|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** What may come next. */
type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end';

/**
 * Finds the line of the first unexpected token in a text that is not JSON. The error of the runtime
 * is no help: it often has no position, and it quotes the text, which may contain passwords.
 */
export function lineOfJsonError(text: string): number {
  const frames: ('[' | '{')[] = [];
  let expected: Expected | undefined = 'value';
  let at = 0;
  while (expected !== undefined) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    const end = found?.[4] === undefined ? TOKEN.lastIndex : endOfString(text, TOKEN.lastIndex);
    const isWhole = found !== null && end !== undefined;
    const next: Expected | 'unexpected' | undefined = isWhole ? after(expected, found, frames) : 'unexpected';
    if (!isWhole || next === 'unexpected') break;
    at = end;
    expected = next;
  }
  const space = /\s*/y;
  space.lastIndex = at;
  at += space.exec(text)?.[0].length ?? 0;
  return text.slice(0, at).split('\n').length;
}

/** The end of the string whose content begins at `at`; undefined if the string is malformed. */
function endOfString(text: string, at: number): number | undefined {
  let end = at;
  do {
    STRING_PIECE.lastIndex = end;
    if (!STRING_PIECE.test(text)) break;
    end = STRING_PIECE.lastIndex;
  } while (end < text.length);
  return text[end] === '"' ? end + 1 : undefined;
}

/** What may follow a token; undefined if the document is complete. */
function after(
  expected: Expected,
  [, open, close, sign, string]: RegExpExecArray,
  frames: ('[' | '{')[],
): Expected | undefined | 'unexpected' {
  const ended = (): Expected | undefined => (frames.length === 0 ? undefined : 'comma or end');
  const wantsValue = expected === 'value' || expected === 'value or end';
  if (open !== undefined) {
    if (!wantsValue) return 'unexpected';
    frames.push(open as '[' | '{');
    return open === '[' ? 'value or end' : 'name or end';
  }
  if (close !== undefined) {
    const mayEnd = expected.endsWith('or end');
    if (!mayEnd || frames.pop() !== (close === ']' ? '[' : '{')) return 'unexpected';
    return ended();
  }
  if (sign === ',') {
    if (expected !== 'comma or end') return 'unexpected';
    return frames.at(-1) === '[' ? 'value' : 'name';
  }
  if (sign === ':') return expected === 'colon' ? 'value' : 'unexpected';
  if (expected === 'name' || expected === 'name or end') return string === undefined ? 'unexpected' : 'colon';
  return wantsValue ? ended() : 'unexpected';
}
