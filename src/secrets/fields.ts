import { hideFromPrint } from '../config/freeze.js';
import { parseJson, stringifyJson } from '../json.js';
import { SecretError, type SecretFields } from './provider.js';

/** The field that means the whole secret. */
export const WHOLE = '.';

/**
 * The fields of a secret that is a text: the fields of its JSON object, and `.` for the whole text.
 *
 * @param text a byte order mark at the beginning is ignored (RFC 8259 section 8.1).
 * @param holder the source of the text for messages: `the file /run/secrets/a.json`, `the
 * SecretString`.
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

/** The fields of a secret that is a JSON object. The field `.` is the object as text. */
export function documentFields(document: object): SecretFields {
  return hideFromPrint({
    get: (field: string) => (field === WHOLE ? stringifyJson(document) : memberOf(document, field)),
  });
}

/** @throws SecretError if the text is not a JSON object or list. */
function parseDocument(text: string, holder: string): object {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    // The message of the parser is not used, because it quotes the text.
    throw new SecretError(`${holder} is not JSON; use field = . for the whole text`);
  }
  if (typeof value !== 'object' || value === null) {
    throw new SecretError(`${holder} is not a JSON object; use field = . for the whole text`);
  }
  return value;
}

/**
 * The member with this name, or the value at this dot path. Reads only members of the JSON, and no
 * inherited properties such as `constructor`.
 */
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
  // Accepts only enumerable properties, so that `length` of a list is not a field.
  return (
    typeof value === 'object' && value !== null && Object.prototype.propertyIsEnumerable.call(value, name)
  );
}
