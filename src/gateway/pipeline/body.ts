import type { NamedTemplate } from '../../config/model.js';
import type { Template } from '../../config/types/template.js';
import { stringifyJson } from '../../json.js';
import { isJsonText } from '../../json-text/json-text.js';
import { BadRequest, type Call, type Kwargs } from './call.js';
import type { RemainingJson } from './split-kwargs.js';
import { compileTypedTemplate } from './typed-template.js';

/** A body's JSON, in UTF-8 where it is bytes. */
export type JsonBody = string | Uint8Array;

/** Builds the JSON of a body from the call and its rest kwargs, by name or as JSON; undefined is an empty body. */
export type BodyBuilder = (
  call: Call,
  rest: Kwargs | undefined,
  remainingJson: RemainingJson | undefined,
) => JsonBody | undefined;

/** The body whose whole is one template (`body = {{items}}`), or whose fields are templates (`body.name = …`). */
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
    return (_, rest, remainingJson) => {
      if (remainingJson !== undefined) return remainingJson.whole ?? objectBody({}, remainingJson);
      return rest === undefined ? undefined : toJson(rest);
    };
  }
  const compiled = fields.map(({ name, template }) => ({
    name,
    fill: compileTypedTemplate(template, `body field ${name}`, realm),
  }));
  return (call, rest, remainingJson) => {
    // No prototype, so that a field called `__proto__` is a field like any other.
    const body = Object.create(null) as Record<string, unknown>;
    let empty = remainingJson === undefined;
    for (const { name, fill } of compiled) {
      const value = fill(call);
      if (value === undefined) continue;
      body[name] = value;
      empty = false;
    }
    if (rest !== undefined) {
      for (const name of Object.keys(rest)) body[name] = rest[name];
      empty = false;
    }
    return empty ? undefined : objectBody(body, remainingJson);
  };
}

/** JSON in bytes that is shorter is put in as text: it costs less than a piece of its own. */
const SHORT = 512;

/** An object of what is in `dict`, where values may be JSON already, and of rest kwargs. */
function objectBody(dict: Kwargs, remainingJson: RemainingJson | undefined): JsonBody {
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

function toJson(value: unknown): string {
  let text: string;
  try {
    text = stringifyJson(value);
  } catch {
    throw new BadRequest('The keyword arguments cannot be written as JSON: they are nested too deeply');
  }
  // JSON writes a number beyond a double, as 1e400 is, as null. Looking for the word spares most bodies the search.
  if (text.includes('null') && holdsInfinity(value)) {
    throw new BadRequest('The keyword arguments hold a number that is too large to be sent');
  }
  return text;
}

function holdsInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity);
}
