import { fits } from '../config/checks/body-checks.js';
import { isMediaType } from '../config/types/http-fields.js';
import { CONTENT_TYPES } from '../gateway/pipeline/bodies/content.js';
import { contentTypeOf } from '../gateway/pipeline/operation/body-writers.js';
import { serializationOf } from '../gateway/pipeline/operation/form-fields.js';
import type { BodyField, FieldEncoding, OperationBody } from '../openapi/model/api-model.js';
import type { SchemaContext } from '../openapi/model/json-types.js';
import { isTemplateKwarg, type Part, quote, said, unsaid } from './part.js';
import { isPlainList } from './plain-list.js';
import { isKeyName, type Setting } from './setting.js';
import { canBeObject, isScalarOnly, styleOf } from './value-style.js';

/** Says the body of an operation in plain keys. */
export function bodyParts(body: OperationBody, context: SchemaContext): readonly Part[] {
  const { fields } = body;
  if (fields === undefined) return [typePart(body), wholePart(body)];
  if (body.allowsOthers) return [unsaid('its body takes fields that the document does not name')];
  if (body.isRequired && !fields.some(({ isRequired }) => isRequired)) {
    return [
      unsaid('its body is required but no field of it is, so a call without fields sends an empty body'),
    ];
  }
  if (fields.length === 0) return [];
  return [typePart(body), ...fields.map((field) => fieldPart(field, body, context))];
}

/** The keys for the media type. The default of plain keys is `application/json`. */
function typePart({ kind, mediaType }: OperationBody): Part {
  const type = contentTypeOf(kind, mediaType);
  const misfit = unsaid(
    `its body has the media type ${quote(mediaType)}, which plain keys cannot send as ${kind}`,
  );
  switch (kind) {
    case 'json':
      if (type === CONTENT_TYPES.json) return said([]);
      return fits(type, 'json') && isMediaType(type) ? said([typeKey(type)]) : misfit;
    case 'form':
      // With a type of its own, the body keeps it, whatever the caller gives in _headers.
      return fits(type, 'form') && isMediaType(type) ? said([encodingKey('form'), typeKey(type)]) : misfit;
    case 'multipart':
      return type === CONTENT_TYPES.multipart ? said([encodingKey('multipart')]) : misfit;
    case 'text':
    case 'bytes':
      if (!isMediaType(type)) return misfit;
      return said([encodingKey(kind === 'text' && fits(type, 'text') ? 'text' : 'raw'), typeKey(type)]);
  }
}

const encodingKey = (value: string): Setting => ({ key: 'body_encoding', value });
const typeKey = (value: string): Setting => ({ key: 'body_content_type', value });

function wholePart({ kind, wholeKwarg }: OperationBody): Part {
  if (kind === 'form' || kind === 'multipart')
    return unsaid(`its body is a ${kind} whose fields the document does not name`);
  return isTemplateKwarg(wholeKwarg)
    ? said([{ key: 'body', value: `{{${wholeKwarg}}}` }])
    : unsaid(`its body needs the kwarg ${quote(wholeKwarg)}, which a template cannot name`);
}

function fieldPart(field: BodyField, { kind, encoding }: OperationBody, context: SchemaContext): Part {
  const { name, kwarg } = field;
  const what = `the field ${quote(name)} of its body`;
  if (!isKeyName(name)) return unsaid(`${what} has a name that a key cannot hold`);
  if (!isTemplateKwarg(kwarg))
    return unsaid(`${what} needs the kwarg ${quote(kwarg)}, which a template cannot name`);
  const settings = [{ key: `body.${name}`, value: `{{${kwarg}}}` }];
  const own = Object.hasOwn(encoding, name) ? encoding[name] : undefined;
  switch (kind) {
    case 'form':
      return formPart(field, own, { what, settings, context });
    case 'multipart':
      if (field.isFile) return unsaid(`${what} is a file even if its value is text`);
      return own === undefined ? said(settings) : unsaid(`${what} has an encoding object`);
    default:
      return said(settings);
  }
}

interface FieldContext {
  readonly what: string;
  readonly settings: readonly Setting[];
  readonly context: SchemaContext;
}

/** Without a style, a text or a list of texts repeats the name, and other values are JSON. */
function formPart(
  { types, schema }: BodyField,
  encoding: FieldEncoding | undefined,
  { what, settings, context }: FieldContext,
): Part {
  const how = encoding && serializationOf(encoding);
  if (how?.isJson === true) return unsaid(`${what} is JSON in a form`);
  if (how !== undefined) {
    const chosen = styleOf(how, types);
    return chosen.kind === 'unsaid' ? unsaid(`${what} ${chosen.reason}`) : said(settings, chosen.style);
  }
  if (isScalarOnly(types)) return said(settings);
  return canBeObject(types) || !isPlainList(schema, context)
    ? unsaid(`${what} can be an object or a list of objects, which is JSON in a form`)
    : said(settings, 'repeat');
}
