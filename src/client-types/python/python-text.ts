/** A string of Python, in ASCII: so nothing in it is hidden. */
export function pythonString(text: string): string {
  // JSON has the escapes of Python, except for characters beyond ASCII. Half of a pair is no text.
  const inner = JSON.stringify(text.toWellFormed()).slice(1, -1);
  return `"${inner.replace(/[^ -~]/gu, escapeOf)}"`;
}

/** Python does not join two escapes to one character, so characters beyond U+FFFF have eight digits. */
function escapeOf(character: string): string {
  const code = character.codePointAt(0) as number;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/** Lines of a document as comments, each with a line break at its end. '' without text. */
export function pythonComment(text: string, indent: string): string {
  return linesOf(text)
    .map((line) => `${indent}${commentMark(line)}${line === '' ? '' : ` ${line}`}\n`)
    .join('');
}

/** A comment that begins with `type:` is a type for checkers (PEP 484), and a mistake in most places. */
const commentMark = (line: string): string => (/^\s*type:/.test(line) ? '#:' : '#');

/** A docstring with a line break at its end. */
export function docstring(text: string, indent: string): string {
  const lines = linesOf(text).map((line) => line.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"'));
  const [only = ''] = lines;
  if (lines.length === 1 && !only.endsWith('"')) return `${indent}"""${only}"""\n`;
  return `${indent}"""\n${lines.map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('')}${indent}"""\n`;
}

/** Without control characters, and without those that an editor hides. */
function linesOf(text: string): readonly string[] {
  const lines = text.trim().split(/\r\n|[\r\n\v\f\u0085\u2028\u2029]/);
  return text.trim() === ''
    ? []
    : lines.map((line) =>
        line
          .toWellFormed()
          .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
          .trimEnd(),
      );
}

/**
 * `get_invoice` for `getInvoice` and `GET-invoice`. Never `_` alone: with a number behind it, it would
 * begin with `__`, and Python renames such attributes of a class.
 */
export function snakeCase(name: string): string {
  const words = name.match(/[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z0-9]+|[0-9]+/g) ?? [];
  const joined = words.join('_').toLowerCase();
  if (joined === '') return 'unnamed';
  const identifier = /^[a-z]/.test(joined) ? joined : `_${joined}`;
  return KEYWORDS.has(identifier) ? `${identifier}_` : identifier;
}

/** The name of a class, in ASCII: Python takes some other letters as equal. */
export function className(name: string): string {
  const words = name.match(/[A-Za-z0-9]+/g) ?? [];
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** Words that cannot be the name of a method (Python, Lexical analysis, Keywords). */
const KEYWORDS: ReadonlySet<string> = new Set(
  `and as assert async await break class continue def del elif else except finally for from global if import in is
lambda nonlocal not or pass raise return try while with yield`.split(/\s/),
);
