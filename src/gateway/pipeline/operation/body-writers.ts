import { isJsonText } from '../../../json-text/json-text.js';
import type { BodyKind, OperationBody } from '../../../openapi/model/api-model.js';
import { bytesOfValue } from '../bodies/bytes.js';
import { BadRequest, type Kwargs } from '../call.js';
import { type JsonBody, objectBody, toJson } from '../request/body.js';
import { isDictionary, isScalar } from '../request/fill-template.js';
import type { RemainingJson } from '../request/split-kwargs.js';
import { compileFormFields } from './form-fields.js';
import { compileMultipartFields } from './multipart-fields.js';

/** Writes the fields of a body. Throws {@link BadRequest}. */
export type FieldsWriter = (
  fields: Kwargs,
  remainingJson: RemainingJson | undefined,
  boundary: string,
) => JsonBody;

/** Writes a body that is one kwarg. Throws {@link BadRequest}. */
export type WholeWriter = (value: unknown, boundary: string) => JsonBody;

const NO_BODY = { kind: 'json', fields: undefined, encoding: {} } as const;

/**
 * @param body undefined if the document has none, but the configuration has fields
 * @param isGiven tells which fields the configuration sets
 */
export function compileFieldsWriter(
  body: OperationBody | undefined,
  isGiven: (name: string) => boolean,
): FieldsWriter {
  const { kind, fields, encoding } = body ?? NO_BODY;
  switch (kind) {
    case 'form': {
      const write = compileFormFields(fields ?? [], encoding, isGiven);
      return (values) => write(values);
    }
    case 'multipart': {
      const write = compileMultipartFields(fields ?? [], encoding, isGiven);
      return (values, _, boundary) => write(values, boundary);
    }
    default:
      return objectBody;
  }
}

export function compileWholeWriter(body: OperationBody, isGiven: (name: string) => boolean): WholeWriter {
  const { kind, wholeKwarg } = body;
  switch (kind) {
    case 'json':
      return (value) => (isJsonText(value) ? value.bytes : toJson(value));
    case 'form':
    case 'multipart': {
      const write = compileFieldsWriter(body, isGiven);
      return (value, boundary) => {
        if (!isDictionary(value)) throw wrongBody(wholeKwarg, 'a dictionary');
        return write(value, undefined, boundary);
      };
    }
    case 'bytes':
      return (value) => {
        const bytes = bytesOfValue(value);
        if (bytes !== undefined) return bytes;
        if (typeof value !== 'string') throw wrongBody(wholeKwarg, 'bytes or text');
        return value;
      };
    case 'text':
      return (value) => {
        if (!isScalar(value) || bytesOfValue(value) !== undefined) throw wrongBody(wholeKwarg, 'text');
        return String(value);
      };
  }
}

function wrongBody(kwarg: string, wanted: string): BadRequest {
  return new BadRequest(`The keyword argument ${JSON.stringify(kwarg)} must be ${wanted}`);
}

/** The Content-Type of a body. For multipart the boundary follows. */
export function contentTypeOf(kind: BodyKind, mediaType: string): string {
  if (kind === 'multipart') return `${withoutBoundary(mediaType)}; boundary=`;
  const isBareText = kind === 'text' && mediaType.startsWith('text/') && !/;\s*charset=/i.test(mediaType);
  return isBareText ? `${mediaType}; charset=utf-8` : mediaType;
}

/** Some documents show a boundary. A second one makes a body that servers cannot read. */
function withoutBoundary(mediaType: string): string {
  return mediaType.replace(/\s*;\s*boundary=(?:"[^"]*"|[^;]*)/gi, '');
}
