/** A JSON media type, and what stands behind it: `application/vnd.api+json; ext=bulk`. */
const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+[+-])?json(?:[-.][\w.]+)?(?:[ \t]*;([^,]*))?$/i;
const UTF8 = /^\s*charset\s*=\s*"?utf-?8"?\s*$/i;

/**
 * Whether a Content-Type says what a body is: JSON in UTF-8.
 *
 * A server takes the caller's word for it. As a form, the JSON text `{"note":"&tenant=evil"}` has a field `tenant`; as
 * UTF-7, the text `+ACI-` ends a string. Either way a caller would set or add to fields that the configuration sets.
 *
 * @param field its lines, flat: name, value, name, value …
 */
export function isJsonType(field: readonly string[]): boolean {
  const [, value = ''] = field;
  const [known, parameters = ''] = JSON_TYPE.exec(value) ?? [];
  if (known === undefined || field.length !== 2) return false;
  return parameters.split(';').every((text) => UTF8.test(text) || !/charset/i.test(text));
}
