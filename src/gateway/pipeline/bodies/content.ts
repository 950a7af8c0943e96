import type { ProcedureSettings } from '../../../config/model.js';
import { parseJson } from '../../../json.js';
import { isJsonText, textOfJson } from '../../../json-text/json-text.js';
import { BadRequest, type Call, type Kwargs } from '../call.js';
import { type BodyBuilder, compileBody, type JsonBody } from '../request/body.js';
import { isScalar } from '../request/fill-template.js';
import { compileTypedTemplate } from '../request/typed-template.js';
import { bytesOfValue } from './bytes.js';
import { encodeForm } from './form.js';
import { encodeMultipart } from './multipart.js';

type ContentSettings = Pick<
  ProcedureSettings,
  'body_encoding' | 'body_content_type' | 'query_style' | 'body' | 'body_whole' | 'realm'
>;

/** How the body of a procedure is written. */
export interface ContentWriter {
  /** The Content-Type of its bodies. For `multipart` the boundary follows. */
  readonly type: string;
  /** Whether each body has a boundary of its own. */
  readonly hasBoundary: boolean;
  /**
   * Writes a body. Returns undefined for an empty one.
   *
   * @param boundary only for bodies with a boundary
   * @throws BadRequest
   */
  readonly write: (...parts: [...Parameters<BodyBuilder>, boundary: string]) => JsonBody | undefined;
}

export const CONTENT_TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data; boundary=',
  text: 'text/plain; charset=utf-8',
  raw: 'application/octet-stream',
} as const satisfies Record<ProcedureSettings['body_encoding'], string>;

/** Compiles the body of a procedure once (`body_encoding`). */
export function compileContent(settings: ContentSettings): ContentWriter {
  const { body_encoding: encoding, body_content_type: ownType, query_style: style, realm } = settings;
  const type = ownType ?? CONTENT_TYPES[encoding];
  switch (encoding) {
    case 'json':
      return { type, hasBoundary: false, write: compileBody(settings.body_whole, settings.body, realm) };
    case 'form': {
      const fieldsOf = compileFields(settings);
      return {
        type,
        hasBoundary: false,
        write(call, remaining) {
          const fields = fieldsOf(call, remaining);
          return fields && encodeForm(fields, style);
        },
      };
    }
    case 'multipart': {
      const fieldsOf = compileFields(settings);
      return {
        type,
        hasBoundary: true,
        write(call, remaining, _, boundary) {
          const fields = fieldsOf(call, remaining);
          return fields && encodeMultipart(fields, boundary);
        },
      };
    }
    case 'text':
    case 'raw':
      return { type, hasBoundary: false, write: compileWhole(settings, encoding) };
  }
}

/** The fields of a form: those of the configuration, then the remaining kwargs. */
function compileFields({
  body,
  realm,
}: ContentSettings): (call: Call, remaining: Kwargs | undefined) => Kwargs | undefined {
  if (body.length === 0) return (_, remaining) => remaining;
  const compiled = body.map(({ name, template }) => ({
    name,
    fill: compileTypedTemplate(template, `body field ${name}`, realm),
  }));
  return (call, remaining) => {
    // The object has no prototype, so a field called `__proto__` is an ordinary field.
    const fields = Object.create(null) as Record<string, unknown>;
    for (const { name, fill } of compiled) {
      const value = fill(call);
      if (value !== undefined) fields[name] = plainValue(value);
    }
    for (const name of Object.keys(remaining ?? {})) fields[name] = remaining?.[name];
    return Object.keys(fields).length === 0 ? undefined : fields;
  };
}

/** A number of the configuration may have more digits than a double. It stays text. */
export function plainValue(value: unknown): unknown {
  if (!isJsonText(value)) return value;
  const text = textOfJson(value);
  return text.startsWith('[') || text.startsWith('{') ? parseJson(text) : text;
}

/** A body that is one kwarg, as text or bytes. */
function compileWhole(
  { body_whole: whole, realm }: ContentSettings,
  encoding: 'text' | 'raw',
): ContentWriter['write'] {
  // The configuration check demands it.
  if (whole === undefined) return () => undefined;
  const fill = compileTypedTemplate(whole, 'body', realm);
  const what = whole.source;
  return (call) => {
    const value = fill(call);
    if (value === undefined || value === null) return undefined;
    const bytes = bytesOfValue(value);
    if (bytes !== undefined) {
      if (encoding === 'raw') return bytes;
      throw new BadRequest(`The body ${what} must be text, not bytes`);
    }
    if (isScalar(value)) return String(value);
    throw new BadRequest(
      `The body ${what} must be ${encoding === 'raw' ? 'bytes or text' : 'text, a number or a boolean'}`,
    );
  };
}
