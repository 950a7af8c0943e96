import { isMediaType } from '../../../config/types/http-fields.js';
import { BadRequest, type Kwargs } from '../call.js';
import { toJson } from '../request/body.js';
import { isDictionary, isScalar } from '../request/fill-template.js';
import { bytesOfValue } from './bytes.js';

/**
 * The maximum characters of the heads of all parts. A list repeats its name in each part, so a body
 * could be much longer than the kwargs.
 */
const MAX_HEADS = 8 * 1024 * 1024;

/**
 * Writes a form of several parts (RFC 7578).
 *
 * | value of a field | part |
 * | --- | --- |
 * | text, number, boolean | text |
 * | bytes | a file with the name of the field, `application/octet-stream` |
 * | `{data, filename, content_type}` | a file; `data` is bytes or text |
 * | another dictionary | JSON |
 * | list | a part for each item |
 * | null | none |
 *
 * @param boundary a random text, new for each body, so that no caller can write it into a value
 * @param rules what the parts of a field have beside their value
 * @throws BadRequest
 */
export function encodeMultipart(fields: Kwargs, boundary: string, rules: PartRules = NO_RULES): Uint8Array {
  const pieces: Uint8Array[] = [];
  let text = '';
  let heads = 0;
  const addPart = (head: string, content: Uint8Array | string): void => {
    heads += boundary.length + head.length;
    if (heads > MAX_HEADS) throw new BadRequest('The names in the form would take more than 8 MB');
    text += `--${boundary}\r\n${head}\r\n\r\n`;
    if (typeof content === 'string') text += content;
    else {
      pieces.push(Buffer.from(text), content);
      text = '';
    }
    text += '\r\n';
  };
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    for (const item of Array.isArray(value) ? value : [value]) addField(name, item, rules, addPart);
  }
  pieces.push(Buffer.from(`${text}--${boundary}--\r\n`));
  // One copy, because the parts are views of the message of the caller.
  return Buffer.concat(pieces);
}

export interface PartRules {
  /** The Content-Type of a value that is not a file. Undefined: none for text. */
  readonly typeOf: (name: string) => string | undefined;
  /** More header lines, each with CRLF before it. */
  readonly linesOf: (name: string) => string;
}

const NO_RULES: PartRules = { typeOf: () => undefined, linesOf: () => '' };

type AddPart = (head: string, content: Uint8Array | string) => void;

function addField(name: string, value: unknown, { typeOf, linesOf }: PartRules, addPart: AddPart): void {
  if (value === undefined || value === null) return;
  const bytes = bytesOfValue(value);
  if (bytes !== undefined) {
    addPart(head(name, { filename: name, type: BYTES_TYPE }) + linesOf(name), bytes);
  } else if (isScalar(value)) {
    addPart(head(name, { type: typeOf(name) }) + linesOf(name), String(value));
  } else if (isDictionary(value) && Object.hasOwn(value, 'data')) {
    const file = readFile(name, value);
    addPart(head(name, file) + linesOf(name), file.data);
  } else {
    addPart(head(name, { type: 'application/json' }) + linesOf(name), toJson(value));
  }
}

const BYTES_TYPE = 'application/octet-stream';
const FILE_KEYS: ReadonlySet<string> = new Set(['data', 'filename', 'content_type']);

interface FilePart {
  readonly data: Uint8Array | string;
  readonly filename: string;
  readonly type: string;
}

function readFile(name: string, value: Readonly<Record<string, unknown>>): FilePart {
  const where = `Form field "${name.slice(0, 100)}"`;
  const odd = Object.keys(value).find((key) => !FILE_KEYS.has(key));
  if (odd !== undefined) {
    throw new BadRequest(
      `${where}: a dictionary with "data" is a file, and may have only data, filename and content_type`,
    );
  }
  const { data, filename = name, content_type: type } = value;
  const bytes = bytesOfValue(data);
  if (bytes === undefined && typeof data !== 'string')
    throw new BadRequest(`${where}: data must be bytes or text`);
  if (typeof filename !== 'string') throw new BadRequest(`${where}: filename must be text`);
  if (type !== undefined && type !== null && !(typeof type === 'string' && isMediaType(type)))
    throw new BadRequest(`${where}: content_type must be a media type, as in image/png`);
  const preset = bytes === undefined ? 'text/plain; charset=utf-8' : BYTES_TYPE;
  return { data: bytes ?? (data as string), filename, type: (type as string | null) ?? preset };
}

function head(
  name: string,
  file: { readonly filename?: string; readonly type?: string | undefined } = {},
): string {
  let text = `Content-Disposition: form-data; name="${quoted(name)}"`;
  if (file.filename !== undefined) text += `; filename="${quoted(file.filename)}"`;
  if (file.type !== undefined) text += `\r\nContent-Type: ${file.type}`;
  return text;
}

/**
 * Names as browsers write them (HTML Standard, "Multipart form data"): in UTF-8, with these three
 * characters as escapes. RFC 7578 §2 leaves it open.
 */
function quoted(name: string): string {
  if (name.includes('\0'))
    throw new BadRequest('The name of a form field or file contains the character U+0000');
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}
