import type {
  BodyField,
  FieldEncoding,
  OperationBody,
  Serialization,
} from '../../../openapi/model/api-model.js';
import { isJson } from '../../../openapi/model/media-types.js';
import type { Kwargs } from '../call.js';
import { isScalar } from '../request/fill-template.js';
import { refuseGivenNames } from './given-names.js';
import { compileQueryStyle, type QueryWriter } from './query-styles.js';

/** The maximum characters of a form, as for other forms. */
const MAX_LENGTH = 8 * 1024 * 1024;

const REPEATED: Serialization = { style: 'form', explode: true, allowReserved: false, isJson: false };
const AS_JSON: Serialization = { ...REPEATED, isJson: true };

/**
 * Compiles the fields of a form, each in the style of its encoding object. Without one, a text or a
 * list of texts repeats the name, and any other value is JSON (OpenAPI 3.1.1 section 4.8.15.1.1).
 */
export function compileFormFields(
  fields: readonly BodyField[],
  encoding: OperationBody['encoding'],
  isGiven: (name: string) => boolean,
): (values: Kwargs) => string {
  const writers = new Map(
    fields.map(({ name, kwarg }) => [name, compileField(name, kwarg, encoding, isGiven)]),
  );
  return (values) => {
    let form = '';
    for (const name of Object.keys(values)) {
      const write = writers.get(name) ?? compileField(name, name, encoding, isGiven);
      form += write(values[name], MAX_LENGTH - form.length);
    }
    return form.slice(1);
  };
}

function compileField(
  name: string,
  kwarg: string,
  encoding: OperationBody['encoding'],
  isGiven: (name: string) => boolean,
): QueryWriter {
  const found = Object.hasOwn(encoding, name) ? encoding[name] : undefined;
  const how = found && serializationOf(found);
  if (how === undefined) {
    const repeated = compileQueryStyle(name, kwarg, REPEATED);
    const json = compileQueryStyle(name, kwarg, AS_JSON);
    return (value, max) => (value === null ? '' : isPlain(value) ? repeated(value, max) : json(value, max));
  }
  const write = compileQueryStyle(name, kwarg, how);
  if (how.isJson || !how.explode || how.style === 'deepObject') return write;
  return (value, max) => {
    refuseGivenNames(value, kwarg, isGiven);
    return write(value, max);
  };
}

/** How an encoding object says that a field is written; undefined if it says nothing. */
export function serializationOf({ contentType, ...how }: FieldEncoding): Serialization | undefined {
  const { style, explode, allowReserved } = how;
  if (style !== undefined && explode !== undefined) {
    return { style, explode, allowReserved: allowReserved ?? false, isJson: false };
  }
  return contentType !== undefined && isJson(contentType) ? AS_JSON : undefined;
}

/** Whether a value is text, or a list of texts. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? value.every((item) => item === null || isScalar(item)) : isScalar(value);
}
