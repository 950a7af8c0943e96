import type { NamedTemplate } from '../../../config/model.js';
import type { Template } from '../../../config/types/template.js';
import { stringifyJson } from '../../../json.js';
import { isJsonText } from '../../../json-text/json-text.js';
import { BadRequest, type Call, type Kwargs } from '../call.js';
import type { RemainingJson } from './split-kwargs.js';
import { compileTypedTemplate } from './typed-template.js';

/** The JSON of a body. Bytes are in UTF-8. */
export type JsonBody = string | Uint8Array;

/**
 * Builds the JSON of a body. Returns undefined for an empty body.
 *
 * @param remaining the remaining kwargs by name, if there are any
 * @param remainingJson the remaining kwargs as JSON, if they arrived as JSON
 */
export type BodyBuilder = (
  call: Call,
  remaining: Kwargs | undefined,
  remainingJson: RemainingJson | undefined,
) => JsonBody | undefined;

/**
 * Compiles a body that is one template (`body = {{items}}`), or has templates as fields (`body.x =
 * …`).
 */
export function compileBody(
  whole: Template | undefined,
  fields: readonly NamedTemplate[],
  realm: string,
): BodyBuilder {
  if (whole !== undefined) {
    const fill = compileTypedTemplate(whole, 'body', realm);
    return (call) => {
      const value = fill(call);
      if (value === undefined) return undefined;
      return isJsonText(value) ? value.bytes : toJson(value);
    };
  }
  if (fields.length === 0) {
    return (_, remaining, remainingJson) => {
      if (remainingJson !== undefined) return remainingJson.whole ?? objectBody({}, remainingJson);
      return remaining === undefined ? undefined : toJson(remaining);
    };
  }
  const compiled = fields.map(({ name, template }) => ({
    name,
    fill: compileTypedTemplate(template, `body field ${name}`, realm),
  }));
  return (call, remaining, remainingJson) => {
    // The object has no prototype, so a field called `__proto__` is an ordinary field.
    const body = Object.create(null) as Record<string, unknown>;
    let empty = remainingJson === undefined;
    for (const { name, fill } of compiled) {
      const value = fill(call);
      if (value === undefined) continue;
      body[name] = value;
      empty = false;
    }
    if (remaining !== undefined) {
      for (const name of Object.keys(remaining)) body[name] = remaining[name];
      empty = false;
    }
    return empty ? undefined : objectBody(body, remainingJson);
  };
}

/** Shorter JSON is copied into the text, which costs less than keeping it as a separate piece. */
const SHORT = 512;

/**
 * Writes an object with the entries of `dict` and the remaining kwargs. Values in `dict` may be
 * JSON text.
 */
export function objectBody(dict: Kwargs, remainingJson: RemainingJson | undefined): JsonBody {
  const names = Object.keys(dict);
  if (remainingJson === undefined && !names.some((name) => isJsonText(dict[name]))) return toJson(dict);
  const pieces: Uint8Array[] = [];
  let text = '{';
  let separator = '';
  const add = (json: Uint8Array): void => {
    if (json.length < SHORT) {
      text += Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8');
    } else {
      pieces.push(Buffer.from(text), json);
      text = '';
    }
  };
  for (const name of names) {
    const value = dict[name];
    text += `${separator}${JSON.stringify(name)}:`;
    separator = ',';
    if (isJsonText(value)) add(value.bytes);
    else text += toJson(value);
  }
  for (const piece of remainingJson?.pieces ?? []) {
    text += separator;
    separator = ',';
    add(piece);
  }
  text += '}';
  return pieces.length === 0 ? text : Buffer.concat([...pieces, Buffer.from(text)]);
}

export function toJson(value: unknown): string {
  let text: string;
  try {
    text = stringifyJson(value);
  } catch {
    throw new BadRequest('The keyword arguments cannot be written as JSON: they are nested too deeply');
  }
  // JSON.stringify writes a number too large for a double, such as 1e400, as null. Most bodies
  // contain no null and need no search.
  if (text.includes('null') && holdsInfinity(value)) {
    throw new BadRequest('The keyword arguments contain a number that is too large to be sent');
  }
  return text;
}

function holdsInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity);
}
