/** A line of a configuration, below the prefix of its scope. */
export interface Setting {
  readonly key: string;
  readonly value: string;
}

/** White space and control characters would end a key, and `=` begins its value. */
const KEY_NAME = /^[^\s\p{C}=]+$/u;

/** Whether a name can be the end of a key, as in `query.NAME`. */
export function isKeyName(name: string): boolean {
  return KEY_NAME.test(name);
}

/** Text that means the same with and without quotes. */
const PLAIN_VALUE = /^[^\s\p{C}"'#$]+$/u;

/** Whether a text can be a value: a line has no escapes, so quotes cannot hold every text. */
export function isValue(text: string): boolean {
  return !/[\p{C}\u2028\u2029]/u.test(text) && !(text.includes('"') && text.includes("'"));
}

/** Writes a line. Between quotes, `#` begins no comment and `$` no environment variable. */
export function settingLine(prefix: string, { key, value }: Setting): string {
  return `${prefix}.${key} = ${valueText(value)}`;
}

export function valueText(value: string): string {
  if (PLAIN_VALUE.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

/** The longest comment. It stands on one line. */
const MAX_COMMENT = 160;

/**
 * A text of the document as one line of a comment. Line breaks and control characters become spaces,
 * so that the text cannot begin a line of its own.
 */
export function commentLine(text: string): string {
  const line = text
    .slice(0, 20 * MAX_COMMENT)
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= MAX_COMMENT
    ? `# ${line}`.trimEnd()
    : `# ${characters.slice(0, MAX_COMMENT - 1).join('')}…`;
}
