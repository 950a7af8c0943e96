import { sample, stringMatching } from 'fast-check';
import type { SchemaObject } from '../../src/openapi/model/api-model.js';
import { type ExampleOptions, NoExample } from './flat-schema.js';

const RICH = 'a b&c=d+e%20/ü?#"\'\\';

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-02-03',
  'date-time': '2026-02-03T04:05:06Z',
  time: '04:05:06Z',
  duration: 'P1D',
  uuid: '3f2b8a52-7c1d-4e5f-9a6b-0c1d2e3f4a5b',
  email: 'jane@example.com',
  uri: 'https://example.com/a',
  url: 'https://example.com/a',
  'uri-reference': '/a',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  byte: 'aGVsbG8=',
  base64: 'aGVsbG8=',
  int64: '12',
  decimal: '1.5',
};

/** A text of a schema: of its format, of its pattern, or with characters that need an encoding. */
export function textOf(
  flat: SchemaObject,
  depth: number,
  { isRich, seed, texts }: ExampleOptions,
  tag: string,
): string {
  const {
    format,
    pattern,
    minLength = 0,
    maxLength = Infinity,
  } = flat as {
    format?: string;
    pattern?: string;
    minLength?: number;
    maxLength?: number;
  };
  const fits = (text: string) => [...text].length >= minLength && [...text].length <= maxLength;
  if (pattern !== undefined) {
    const key = JSON.stringify([pattern, minLength, maxLength, seed, tag]);
    const found = texts.get(key) ?? matching(pattern, fits, seed + Number(tag || 0));
    texts.set(key, found);
    return found;
  }
  const known = format === undefined ? undefined : FORMATS[format];
  if (known !== undefined && fits(known)) return known;
  const plain = `${isRich(depth) ? RICH : 'text'}${tag}`;
  const long = plain.padEnd(minLength, 'x');
  return [...long].length <= maxLength ? long : [...`${tag}${plain}`].slice(0, maxLength).join('');
}

/** A text that matches a pattern, with the characters that most patterns mean. */
function matching(pattern: string, fits: (text: string) => boolean, seed: number): string {
  try {
    const expression = new RegExp(pattern);
    const texts = sample(stringMatching(expression), { numRuns: 400, seed: seed + 1 });
    const found =
      texts.find((text) => fits(text) && /^[\w./:@-]+$/.test(text)) ??
      texts.find((text) => fits(text) && text !== '' && /^[\x20-\x7e]*$/.test(text)) ??
      texts.find((text) => fits(text) && text !== '');
    if (found !== undefined) return found;
    const simple = ['text', 'a', '1', 'A1', '1.0', '10', '1h'].find(
      (text) => expression.test(text) && fits(text),
    );
    if (simple !== undefined) return simple;
  } catch {
    // Not a pattern that JavaScript knows.
  }
  throw new NoExample(`no text matches the pattern ${pattern}`);
}
