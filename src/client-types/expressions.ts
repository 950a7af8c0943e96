/** A type expression of TypeScript. */
export interface TypeExpression {
  readonly text: string;
  /** What binds it together. Decides where parentheses are needed. */
  readonly by: 'itself' | '&' | '|';
  /** The members of a union, for a union around it. */
  readonly members?: readonly TypeExpression[];
}

export const atom = (text: string): TypeExpression => ({ text, by: 'itself' });
export const UNKNOWN = atom('unknown');
export const NEVER = atom('never');

/** Wide unions have one line for each member, so that a new member changes one line. */
const WIDE = 90;

export function unionOf(parts: readonly TypeExpression[], indent: string): TypeExpression {
  const all = distinct(parts.flatMap((part) => part.members ?? [part]));
  const members = all.filter(({ text }) => text !== NEVER.text);
  const [first = NEVER, ...others] = members;
  if (others.length === 0) return first;
  if (members.some(({ text }) => text === UNKNOWN.text)) return UNKNOWN;
  const texts = members.map((member) => inParentheses(member, '&'));
  const joined = texts.join(' | ');
  const isWide = joined.length > WIDE && !joined.includes('\n');
  return { text: isWide ? texts.map((text) => `\n${indent}  | ${text}`).join('') : joined, by: '|', members };
}

export function intersectionOf(parts: readonly TypeExpression[]): TypeExpression {
  const members = distinct(parts).filter(({ text }) => text !== UNKNOWN.text);
  const [first = UNKNOWN, ...others] = members;
  if (others.length === 0) return first;
  if (members.some(({ text }) => text === NEVER.text)) return NEVER;
  return { text: members.map((member) => inParentheses(member, '|')).join(' & '), by: '&' };
}

export function arrayOf(member: TypeExpression): TypeExpression {
  return atom(`${member.by === 'itself' ? member.text : `(${member.text})`}[]`);
}

const inParentheses = ({ text, by }: TypeExpression, operator: TypeExpression['by']): string =>
  by === operator ? `(${text})` : text;

function distinct(parts: readonly TypeExpression[]): readonly TypeExpression[] {
  return [...new Map(parts.map((part) => [part.text, part])).values()];
}
