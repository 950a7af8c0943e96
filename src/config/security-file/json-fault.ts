/** A sign, the beginning of a string, or a number or word, whole. */
const TOKEN =
  /\s*(?:([[{])|([\]}])|([,:])|(")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)))/y;

/** A piece of what stands in a string (RFC 8259 section 7). One expression for all of it overflows the stack. */
const STRING_PIECE = /[ !#-[\]-\uffff]{1,1000}|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Where a frame stands: what may come next. */
type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end';

/**
 * The line of the first token that cannot stand where it does, in a text that is not JSON. The runtime says what it
 * found, quoting the text, and often not where: neither may be shown, or is of use, where the text holds passwords.
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
    const next: Expected | 'fault' | undefined = isWhole ? after(expected, found, frames) : 'fault';
    if (!isWhole || next === 'fault') break;
    at = end;
    expected = next;
  }
  const space = /\s*/y;
  space.lastIndex = at;
  at += space.exec(text)?.[0].length ?? 0;
  return text.slice(0, at).split('\n').length;
}

/** Where the string ends whose content begins at `at`; undefined where it is none. */
function endOfString(text: string, at: number): number | undefined {
  let end = at;
  do {
    STRING_PIECE.lastIndex = end;
    if (!STRING_PIECE.test(text)) break;
    end = STRING_PIECE.lastIndex;
  } while (end < text.length);
  return text[end] === '"' ? end + 1 : undefined;
}

/** What may follow a token; undefined where the document is complete. */
function after(
  expected: Expected,
  [, open, close, sign, string]: RegExpExecArray,
  frames: ('[' | '{')[],
): Expected | undefined | 'fault' {
  const ended = (): Expected | undefined => (frames.length === 0 ? undefined : 'comma or end');
  const wantsValue = expected === 'value' || expected === 'value or end';
  if (open !== undefined) {
    if (!wantsValue) return 'fault';
    frames.push(open as '[' | '{');
    return open === '[' ? 'value or end' : 'name or end';
  }
  if (close !== undefined) {
    const mayEnd = expected.endsWith('or end');
    if (!mayEnd || frames.pop() !== (close === ']' ? '[' : '{')) return 'fault';
    return ended();
  }
  if (sign === ',') {
    if (expected !== 'comma or end') return 'fault';
    return frames.at(-1) === '[' ? 'value' : 'name';
  }
  if (sign === ':') return expected === 'colon' ? 'value' : 'fault';
  if (expected === 'name' || expected === 'name or end') return string === undefined ? 'fault' : 'colon';
  return wantsValue ? ended() : 'fault';
}
