/** A number, a string or a word, whole. */
const TOKEN =
  /\s*(?:([[{])|([\]}])|([,:])|("(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)))/y;

/** Where a frame stands: what may come next. */
type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end';

/**
 * The line of the first token that cannot stand where it does, in a text that is not JSON. The runtime says what it
 * found, quoting the text, and often not where: neither may be shown, or is of use, where the text holds passwords.
 */
export function lineOfJsonFault(text: string): number {
  const frames: ('[' | '{')[] = [];
  let expected: Expected | undefined = 'value';
  let at = 0;
  while (expected !== undefined) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    const next: Expected | 'fault' | undefined = found === null ? 'fault' : after(expected, found, frames);
    if (next === 'fault') break;
    at = TOKEN.lastIndex;
    expected = next;
  }
  const space = /\s*/y;
  space.lastIndex = at;
  at += space.exec(text)?.[0].length ?? 0;
  return text.slice(0, at).split('\n').length;
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
  // A string holds no line breaks and the like (RFC 8259 section 7).
  if (string !== undefined && [...string].some((character) => character < ' ')) return 'fault';
  if (expected === 'name' || expected === 'name or end') return string === undefined ? 'fault' : 'colon';
  return wantsValue ? ended() : 'fault';
}
