/** Characters that an editor does not show, or that change the direction of the text after them. */
const HIDDEN = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A string of TypeScript in single quotes. Hidden characters become escapes. */
export function stringLiteral(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replace(HIDDEN, escapeOf)}'`;
}

const escapeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The name of a property: quoted unless it is an identifier that every version of TypeScript knows. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name);
}

/**
 * A doc comment with a line break at its end, or '' without text. The text comes from a document, so
 * it must not end the comment.
 */
export function docComment(text: string, indent: string): string {
  const lines = text
    .trim()
    .split(/\r\n|[\r\n\u2028\u2029]/)
    // An editor or a terminal may act on control characters.
    .map((line) =>
      line
        .replace(/\p{Cc}/gu, ' ')
        .replace(HIDDEN, '')
        .trimEnd(),
    )
    .map((line) => line.replaceAll('*/', '*\\/'));
  const [first = ''] = lines;
  if (first === '' && lines.length === 1) return '';
  // TypeScript obeys `@ts-expect-error` in a comment of one line.
  if (lines.length === 1 && !first.startsWith('@')) return `${indent}/** ${first} */\n`;
  const inner = lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('');
  return `${indent}/**\n${inner}${indent} */\n`;
}
