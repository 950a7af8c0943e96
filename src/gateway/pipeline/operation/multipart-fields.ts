import { isMediaType } from '../../../config/types/http-fields.js';
import type { BodyField, OperationBody, Serialization } from '../../../openapi/model/api-model.js';
import { bytesOfValue } from '../bodies/bytes.js';
import { addPairs } from '../bodies/field-pairs.js';
import { encodeMultipart, type PartRules } from '../bodies/multipart.js';
import type { Kwargs } from '../call.js';
import { toJson } from '../request/body.js';
import { isScalar } from '../request/fill-template.js';
import { delimiterOf, refuseDelimiter } from './delimiters.js';
import { serializationOf } from './form-fields.js';
import { refuseGivenNames } from './given-names.js';
import { styleValueOf } from './style-values.js';

/** Adds one or more parts for the value of a field. */
type AddParts = (value: unknown, add: (name: string, value: unknown) => void) => void;

/**
 * Compiles the fields of a multipart body. The encoding object of a field decides about its style and
 * its Content-Type. Otherwise bytes are files, objects are JSON, and other values are text (OpenAPI
 * 3.1.1 section 4.8.15.1.2).
 */
export function compileMultipartFields(
  fields: readonly BodyField[],
  encoding: OperationBody['encoding'],
  isGiven: (name: string) => boolean,
): (values: Kwargs, boundary: string) => Uint8Array {
  const writers = new Map(fields.map((field) => [field.name, compileField(field, encoding, isGiven)]));
  const types = new Map(
    Object.entries(encoding).flatMap(([name, { contentType }]) => {
      const type = concreteType(contentType);
      return type === undefined ? [] : [[name, type] as const];
    }),
  );
  const lines = new Map(
    Object.entries(encoding).map(([name, { headers }]) => [
      name,
      Object.entries(headers)
        .map(([header, value]) => `\r\n${header}: ${value}`)
        .join(''),
    ]),
  );
  const rules: PartRules = {
    typeOf: (name) => types.get(name),
    linesOf: (name) => lines.get(name) ?? '',
  };
  return (values, boundary) => {
    // The object has no prototype, so a field called `__proto__` is an ordinary field.
    const parts = Object.create(null) as Record<string, unknown[]>;
    const add = (name: string, value: unknown): void => {
      parts[name] ??= [];
      parts[name].push(value);
    };
    for (const name of Object.keys(values)) {
      const write = writers.get(name);
      if (write !== undefined) write(values[name], add);
      else for (const item of itemsOf(values[name])) add(name, item);
    }
    return encodeMultipart(parts, boundary, rules);
  };
}

function compileField(
  { name, kwarg, isFile }: BodyField,
  encoding: OperationBody['encoding'],
  isGiven: (name: string) => boolean,
): AddParts {
  const found = Object.hasOwn(encoding, name) ? encoding[name] : undefined;
  if (isFile) {
    const type = concreteType(found?.contentType);
    return (value, add) => {
      for (const item of itemsOf(value)) add(name, asFile(item, name, type));
    };
  }
  const how = found && serializationOf(found);
  if (how === undefined) {
    return (value, add) => {
      for (const item of itemsOf(value)) add(name, item);
    };
  }
  if (how.isJson) return (value, add) => add(name, toJson(value));
  return (value, add) => {
    if (how.explode) refuseGivenNames(value, kwarg, isGiven);
    addStyled(name, kwarg, value, how, add);
  };
}

function addStyled(
  name: string,
  kwarg: string,
  value: unknown,
  { style, explode }: Serialization,
  add: (name: string, value: unknown) => void,
): void {
  if (style === 'deepObject') {
    addPairs(name, value, 'indices', 'Form field', (field, texts) => add(field, texts.join(',')));
    return;
  }
  const read = styleValueOf(value, kwarg);
  const delimiter = delimiterOf(style);
  const joined = (texts: readonly string[]): string => {
    for (const text of texts) refuseDelimiter(text, delimiter, kwarg);
    return texts.join(delimiter);
  };
  switch (read.kind) {
    case 'none':
      return;
    case 'text':
      add(name, read.text);
      return;
    case 'list':
      if (explode) for (const item of read.items) add(name, item);
      else add(name, joined(read.items));
      return;
    case 'object':
      if (explode) for (const [key, text] of read.entries) add(key, text);
      else add(name, joined(read.entries.flat()));
  }
}

/** A text is a file too, because servers tell files from other fields by the name of the file. */
function asFile(value: unknown, name: string, type: string | undefined): unknown {
  const data = typeof value !== 'string' && isScalar(value) ? String(value) : value;
  const isContent = typeof data === 'string' || bytesOfValue(data) !== undefined;
  return isContent ? { data, filename: name, ...(type !== undefined && { content_type: type }) } : value;
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/**
 * The encoding object may have several types, or ranges, for callers to choose from. A text that is
 * no media type could add headers to its part.
 */
function concreteType(contentType: string | undefined): string | undefined {
  if (contentType === undefined || /[,*]/.test(contentType)) return undefined;
  return isMediaType(contentType) ? contentType : undefined;
}
