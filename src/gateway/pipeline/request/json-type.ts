import { JSON_MEDIA_TYPE } from '../../../config/types/http-fields.js';

const UTF8 = /^\s*charset\s*=\s*"?utf-?8"?\s*$/i;

/**
 * Whether a Content-Type describes a body correctly: as JSON in UTF-8.
 *
 * A server parses the body by this header. If it reads the JSON text `{"note":"&tenant=evil"}` as a
 * form, it finds a field `tenant`. If it reads the text `+ACI-` as UTF-7, the text ends a string.
 * In both cases, a caller could change fields that the configuration sets.
 *
 * @param field the lines of the header as a flat list: name, value, name, value …
 */
export function isJsonType(field: readonly string[]): boolean {
  const [, value = ''] = field;
  const [known, parameters = ''] = JSON_MEDIA_TYPE.exec(value) ?? [];
  // A comma would begin another type.
  if (known === undefined || field.length !== 2 || parameters.includes(',')) return false;
  return parameters.split(';').every((text) => UTF8.test(text) || !/charset/i.test(text));
}
