import type { NamedTemplate } from '../../../config/model.js';
import { foldFieldName, isFieldValue, isOwnField, isToken } from '../../../config/types/http-fields.js';
import type { CallerTrace } from '../../../observe/tracing.js';
import { ACCEPT_ENCODING } from '../../../upstream/content-coding.js';
import { BadRequest, type Call } from '../call.js';
import { type CallerHeaderRule, compileCallerHeaders } from './caller-headers.js';
import type { ContentTypeRule } from './content-type-rule.js';
import { compileCookies, HEADERS_TOO_LARGE } from './cookies.js';
import { compileTemplate, type Filler, isDictionary, isScalar } from './fill-template.js';
import { HEADERS_KWARG } from './remaining.js';

/** The headers of a request, and the trace context that the caller sends in `_headers`. */
export interface BuiltHeaders {
  /** Flat list: name, value … Without the trace context, as each attempt has its own. */
  readonly headers: readonly string[];
  readonly callerTrace: CallerTrace | undefined;
}

/**
 * Builds the headers of a request. Throws {@link BadRequest}.
 *
 * @param contentType of the body. Undefined without a body
 */
export type HeaderBuilder = (call: Call, contentType: string | undefined) => BuiltHeaders;

/** A header whose value is not a template. */
export interface HeaderParameter {
  readonly name: string;
  readonly fill: Filler;
}

/** The parts from which the headers of a procedure are built. */
export interface HeaderParts {
  readonly entries: readonly NamedTemplate[];
  readonly cookies: readonly NamedTemplate[];
  /** Headers from the kwargs of an operation. A missing value omits the header. */
  readonly parameters?: readonly HeaderParameter[];
  /** Cookies from the kwargs of an operation, as `name=value`. */
  readonly cookieParameters?: ((call: Call) => readonly string[]) | undefined;
  /** Default: `application/json` */
  readonly accept?: string;
  /** Further names that the caller cannot set, such as the header of the credential. */
  readonly owned: readonly string[];
  /** `caller_headers` */
  readonly callerHeaders: readonly string[] | undefined;
  /** The Content-Type of most bodies. Calls with another one cost a little more. */
  readonly contentType: string;
  readonly typeRule: ContentTypeRule;
  /** `pool.max_request_header_size` */
  readonly max: number;
  readonly userAgent: string;
  readonly realm: string;
}

/**
 * Compiles the headers of a procedure. `_headers` take precedence over defaults, and the
 * configuration over both.
 */
export function compileHeaders({
  entries,
  cookies,
  parameters = [],
  cookieParameters,
  accept = 'application/json',
  owned,
  callerHeaders,
  contentType: usualType,
  typeRule,
  max,
  userAgent,
  realm,
}: HeaderParts): HeaderBuilder {
  const compiled = [
    ...entries.map(({ name, template }) => ({
      name,
      constant: template.parts.every((part) => typeof part === 'string'),
      text: template.parts.join(''),
      fill: compileTemplate(template, `header ${name}`, realm),
    })),
    ...parameters.map(({ name, fill }) => ({ name, constant: false, text: '', fill })),
  ];
  const cookieHeader =
    cookies.length > 0 || cookieParameters !== undefined
      ? compileCookies(cookies, realm, max, cookieParameters)
      : undefined;
  const ruleOf = compileCallerHeaders(
    [...compiled.map(({ name }) => name), ...owned, ...(cookieHeader === undefined ? [] : ['cookie'])],
    callerHeaders,
  );
  const isAccept = ({ name, constant }: { readonly name: string; readonly constant: boolean }) =>
    constant && name.toLowerCase() === 'accept';
  const ownAccept = compiled.find(isAccept);
  const added = compiled.filter((each) => each !== ownAccept);
  const defaults = [
    ['Accept', accept],
    ['Content-Type', usualType],
    ['Accept-Encoding', ACCEPT_ENCODING],
    ['User-Agent', userAgent],
  ].filter(([name]) => ruleOf(name as string) !== 'configured') as [string, string][];
  // A constant Accept stands where the default would, as if it were the default.
  if (ownAccept !== undefined) defaults.unshift([ownAccept.name, ownAccept.text]);

  const withBody = defaults.flat();
  const withoutBody = defaults.filter(([name]) => name !== 'Content-Type').flat();
  const constantWithBody = constantHeaders(withBody);
  const constantWithoutBody = constantHeaders(withoutBody);

  /**
   * Returns the headers that all calls without `_headers` share. Returns undefined if they differ
   * by call or are too large.
   */
  function constantHeaders(base: readonly string[]): BuiltHeaders | undefined {
    if (cookieHeader !== undefined || added.some(({ constant }) => !constant)) return undefined;
    const headers = [...base, ...added.flatMap(({ name, text }) => [name, text])];
    return sizeOf(headers) > max ? undefined : { headers, callerTrace: undefined };
  }

  function addConfigured(headers: string[], call: Call): void {
    for (const { name, fill, constant, text } of added) {
      // The configuration check has already checked constants.
      if (constant) headers.push(name, text);
      else addField(headers, name, fill(call), `Header ${name}`, max);
    }
    const cookie = cookieHeader?.(call);
    if (cookie !== undefined) headers.push('Cookie', cookie);
    if (sizeOf(headers) > max) throw new BadRequest(HEADERS_TOO_LARGE);
  }

  /** The defaults with another Content-Type, such as one with a boundary. */
  const withType = (type: string): readonly string[] =>
    withBody.map((text, index) => (withBody[index - 1] === 'Content-Type' && index % 2 === 1 ? type : text));

  return (call, contentType) => {
    const hasBody = contentType !== undefined;
    const isUsual = !hasBody || contentType === usualType;
    const custom = Object.hasOwn(call.kwargs, HEADERS_KWARG) ? call.kwargs[HEADERS_KWARG] : undefined;
    const constant = hasBody ? constantWithBody : constantWithoutBody;
    if (custom === undefined && constant !== undefined && isUsual) return constant;
    const base = hasBody ? (isUsual ? withBody : withType(contentType)) : withoutBody;
    const built: Merged =
      custom === undefined
        ? { headers: [...base], callerTrace: undefined }
        : mergeCustom(base, custom, ruleOf, hasBody ? typeRule : undefined, max);
    addConfigured(built.headers, call);
    return built;
  };
}

interface Merged extends BuiltHeaders {
  readonly headers: string[];
}

/** Merges `_headers` into the defaults by folded name. Skips names that the configuration sets. */
function mergeCustom(
  base: readonly string[],
  custom: unknown,
  ruleOf: (name: string) => CallerHeaderRule,
  typeRule: ContentTypeRule | undefined,
  max: number,
): Merged {
  if (!isDictionary(custom))
    throw new BadRequest(`${HEADERS_KWARG} must be a dictionary of header names and values`);
  const fields = new Map<string, string[]>();
  let room = max;
  for (const name of Object.keys(custom)) {
    if (name.length > room) throw new BadRequest(HEADERS_TOO_LARGE);
    checkName(name);
    const rule = ruleOf(name);
    if (rule === 'refused') {
      throw new BadRequest(
        `${HEADERS_KWARG}: ${name} cannot be given, as caller_headers of the service does not allow it`,
      );
    }
    const field: string[] = [];
    room -= addField(field, name, custom[name], `${HEADERS_KWARG}: ${name}`, room, refuseAbsent);
    if (rule !== 'allowed') continue;
    const folded = foldFieldName(name);
    if (typeRule !== undefined && folded === 'content-type') {
      const verdict = typeRule.judge(field);
      if (verdict === 'refused') throw new BadRequest(typeRule.message);
      if (verdict === 'dropped') continue;
    }
    fields.set(folded, field);
  }
  const callerTrace = takeTrace(fields);
  const headers: string[] = [];
  for (let index = 0; index < base.length; index += 2) {
    const name = base[index] as string;
    if (!fields.has(foldFieldName(name))) headers.push(name, base[index + 1] as string);
  }
  for (const field of fields.values()) for (const text of field) headers.push(text);
  return { headers, callerTrace };
}

/** Takes the trace context out of the fields. The gateway sends it in a new form, or not at all. */
function takeTrace(fields: Map<string, string[]>): CallerTrace | undefined {
  const [traceparent, tracestate] = [take(fields, 'traceparent'), take(fields, 'tracestate')];
  return traceparent === undefined ? undefined : { traceparent, tracestate };
}

/** Joins the lines of a field (RFC 9110 §5.3). So two traceparents are no valid one. */
function take(fields: Map<string, string[]>, name: string): string | undefined {
  const field = fields.get(name);
  fields.delete(name);
  return field?.filter((_, index) => index % 2 === 1).join(', ');
}

function checkName(name: string): void {
  if (!isToken(name)) {
    throw new BadRequest(`${HEADERS_KWARG}: ${JSON.stringify(name.slice(0, 100))} is not a header name`);
  }
  if (isOwnField(name)) {
    throw new BadRequest(`${HEADERS_KWARG}: ${name} is set by the gateway itself and cannot be given`);
  }
}

function refuseAbsent(what: string): never {
  throw new BadRequest(`${what} must be text, a number, a boolean or a list of these`);
}

/** Bytes of a header line in addition to name and value: colon, space, CR and LF. */
const LINE_BYTES = 4;

/**
 * Adds one line for a scalar, and one line for each element of a list.
 *
 * @param max the maximum number of bytes to add
 * @param absent called for a missing value, to refuse it. Default: omits the header.
 * @returns the number of added bytes
 */
function addField(
  headers: string[],
  name: string,
  value: unknown,
  what: string,
  max: number,
  absent: (what: string) => void = () => undefined,
): number {
  if (value === undefined || value === null) {
    absent(what);
    return 0;
  }
  let size = 0;
  for (const element of Array.isArray(value) ? value : [value]) {
    if (!isScalar(element))
      throw new BadRequest(`${what} must be text, a number, a boolean or a list of these`);
    const text = String(element);
    size += name.length + text.length + LINE_BYTES;
    if (size > max) throw new BadRequest(HEADERS_TOO_LARGE);
    if (!isFieldValue(text)) {
      throw new BadRequest(
        `${what} contains a line break, a control character or a character beyond Latin-1`,
      );
    }
    headers.push(name, text);
  }
  return size;
}

/** The bytes of all headers together, including the defaults. */
function sizeOf(headers: readonly string[]): number {
  let size = (headers.length / 2) * LINE_BYTES;
  for (const text of headers) size += text.length;
  return size;
}

/** The first value of a header in a flat list, ignoring the case of its name. */
export function requestHeader(headers: readonly string[], lowerName: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return headers[index + 1];
  }
  return undefined;
}
