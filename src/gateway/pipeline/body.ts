import type { NamedTemplate } from '../../config/model.js';
import type { Template } from '../../config/template.js';
import { stringifyJson } from '../../json.js';
import { BadRequest, type Call } from './call.js';
import { compileTemplate } from './fill-template.js';

/** Builds the JSON text of a body from the call and the kwargs that are left for it; undefined is an empty body. */
export type BodyBuilder = (
  call: Call,
  leftover: Readonly<Record<string, unknown>> | undefined,
) => string | undefined;

/** The body whose whole is one template (`body = {{items}}`), or whose fields are templates (`body.name = …`). */
export function compileBody(
  whole: Template | undefined,
  fields: readonly NamedTemplate[],
  realm: string,
): BodyBuilder {
  if (whole !== undefined) {
    const fill = compileTemplate(whole, 'body', realm);
    return (call) => {
      const value = fill(call);
      return value === undefined ? undefined : toJson(value);
    };
  }
  if (fields.length === 0) return (_, leftover) => (leftover === undefined ? undefined : toJson(leftover));
  const compiled = fields.map(({ name, template }) => ({
    name,
    fill: compileTemplate(template, `body field ${name}`, realm),
  }));
  return (call, leftover) => {
    // No prototype, so that a field called `__proto__` is a field like any other.
    const body = Object.create(null) as Record<string, unknown>;
    let empty = true;
    for (const { name, fill } of compiled) {
      const value = fill(call);
      if (value === undefined) continue;
      body[name] = value;
      empty = false;
    }
    if (leftover !== undefined) {
      for (const name of Object.keys(leftover)) body[name] = leftover[name];
      empty = false;
    }
    return empty ? undefined : toJson(body);
  };
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
