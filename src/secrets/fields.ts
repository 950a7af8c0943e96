import { hideFromPrint } from '../config/freeze.js';
import { parseJson } from '../json.js';
import { SecretError, type SecretFields } from './provider.js';

/** The field that is the whole secret. */
export const WHOLE = '.';

/**
 * A secret that is one text: the fields of the JSON object that it is, and the text itself as the field `.`.
 *
 * @param text a byte order mark, which some editors put first, is no part of it (RFC 8259 section 8.1).
 * @param holder what holds the text, to begin messages with: `the file /run/secrets/a.json`, `the SecretString`.
 */
export function textFields(text: string, holder: string): SecretFields {
  const plain = text.replace(/^\uFEFF/, '');
  let parsed: { readonly value: unknown } | undefined;
  return hideFromPrint({
    get(field: string): unknown {
      if (field === WHOLE) return plain;
      parsed ??= { value: parseDocument(plain, holder) };
      return memberOf(parsed.value, field);
    },
  });
}

/** @throws SecretError where the text is no JSON object or list. */
function parseDocument(text: string, holder: string): object {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    // The parser's own message quotes the text.
    throw new SecretError(`${holder} is not JSON; field = . takes the whole of it as text`);
  }
  if (typeof value !== 'object' || value === null) {
    throw new SecretError(`${holder} is not a JSON object; field = . takes the whole of it as text`);
  }
  return value;
}

/** The member of that name, else where a dot path of that name leads: members of the JSON only, no `constructor`. */
function memberOf(document: unknown, name: string): unknown {
  if (hasOwn(document, name)) return document[name];
  let value = document;
  for (const step of name.split('.')) {
    if (!hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function hasOwn(value: unknown, name: string): value is Record<string, unknown> {
  // Enumerable ones alone: a list has its `length` besides.
  return (
    typeof value === 'object' && value !== null && Object.prototype.propertyIsEnumerable.call(value, name)
  );
}
