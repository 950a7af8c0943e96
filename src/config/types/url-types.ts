import type { DataType } from './datatypes.js';
import { callTemplate } from './http-types.js';
import { parseTemplate, type Template, type Variable, withoutVarsPrefix } from './template.js';
import { ValueError } from './value-error.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find them
const NOT_IN_A_URL = /[\x00-\x20\x7f-\uffff\\]/;

/** A `%` without two hex digits after it (RFC 3986 section 2.1). */
const MALFORMED_PERCENT = /%(?![0-9A-Fa-f]{2})/;

/** An http or https URL with `{{var}}`. {@link checkUrl} checks it when the variables are known. */
export const urlTemplate: DataType<Template> = {
  description: 'http or https URL, {{var}} from auth.vars allowed',
  variables: 'auth.vars',
  secretFromEnvironment: 'after the host',
  parse(value) {
    const template = withoutVarsPrefix(parseTemplate(value));
    for (const part of template.parts) {
      if (typeof part === 'string') checkUrlText(part);
    }
    if (template.parts.length === 0) throw new ValueError('must be an http or https URL');
    return template;
  },
};

/**
 * The check of a URL uses this text for each `{{var}}` whose value is unknown. A digit is valid
 * everywhere in a URL, also in a port.
 */
const STAND_IN = '1';

/**
 * Checks a URL template with the values that are known at load. It assumes that a value which only
 * a secrets provider knows is valid. It does not check a URL that begins with such a value.
 *
 * @throws ValueError
 */
export function checkUrl(template: Template, lookUp: (variable: Variable) => string | undefined): void {
  const pieces = template.parts.map((part) => (typeof part === 'string' ? part : lookUp(part)));
  if (pieces[0] === undefined) return;
  const url = pieces.map((piece) => piece ?? STAND_IN).join('');
  checkUrlText(url);
  if (!/^https?:\/\//i.test(url)) throw new ValueError('must be a URL that begins with http:// or https://');
  const authority = /^[^:]+:\/\/([^/?]*)/.exec(url)?.[1] ?? '';
  if (authority.includes('@')) {
    throw new ValueError('a URL must not contain user:password@; set credentials with auth.* or headers.*');
  }
  if (authority === '' || !URL.canParse(url))
    throw new ValueError('is not a valid URL: host, port or brackets are wrong');
  checkDotSegments(url.slice(url.indexOf(authority) + authority.length));
}

function checkUrlText(text: string): void {
  if (text.includes('#')) throw new ValueError('a URL for requests must not have a fragment (#)');
  if (NOT_IN_A_URL.test(text)) {
    throw new ValueError(
      'a URL may contain only ASCII, without spaces, backslashes and control characters; write a host name with other letters in its xn-- form',
    );
  }
  checkPercents(text);
}

/**
 * Checks each literal part by itself. With `%2{{a}}` a caller could choose the last digit, and so
 * write a dot.
 */
function checkPercents(text: string): void {
  if (MALFORMED_PERCENT.test(text)) {
    throw new ValueError('a % must be followed by two hex digits; write the character % as %25');
  }
}

/** A path with `{{kwarg}}`, optionally with a literal query after a `?`. It may be empty. */
export const pathTemplate: DataType<Template> = {
  description: 'path template, as in /invoices/{{id}}',
  variables: 'kwargs',
  parse(value, context) {
    // An empty path appends nothing. A path that begins with ? appends only a query.
    if (value !== '' && !/^[/?]/.test(value)) throw new ValueError('a path must begin with /');
    const template = callTemplate.parse(value, context);
    checkPathVariables(template);
    for (const part of template.parts) {
      if (typeof part !== 'string') continue;
      if (part.includes('#'))
        throw new ValueError('a path must not have a fragment (#); write the character # as %23');
      if (NOT_IN_A_URL.test(part)) {
        throw new ValueError(
          'a path may contain only ASCII, without spaces, backslashes and control characters: write them percent-encoded',
        );
      }
      checkPercents(part);
    }
    checkDotSegments(template.parts.map((part) => (typeof part === 'string' ? part : STAND_IN)).join(''));
    return template;
  },
};

function checkPathVariables(template: Template): void {
  let inQuery = false;
  for (const part of template.parts) {
    if (typeof part === 'string') {
      inQuery ||= part.includes('?');
    } else if (inQuery) {
      throw new ValueError('a variable is not allowed after the ?; write query.name = {{variable}} instead');
    } else if (part.defaultText !== undefined && ['', '.', '..'].includes(part.defaultText)) {
      throw new ValueError('the default of a path variable must not be empty, "." or ".."');
    }
  }
}

/**
 * Refuses `.` and `..`, because URL parsers remove them and so change the path (RFC 3986 section
 * 5.2.4). They remove percent-encoded ones too (WHATWG URL).
 */
function checkDotSegments(pathAndQuery: string): void {
  const path = pathAndQuery.split('?', 1)[0] ?? '';
  const segments = path.split('/').map((segment) => segment.replace(/%2e/gi, '.'));
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    throw new ValueError('a path must not contain the segments "." and ".."');
  }
}

/** A path without variables and query, as in `/v1`. */
export const literalPath: DataType<string> = {
  description: 'path, as in /v1',
  parse(value) {
    if (!value.startsWith('/') || /[?#]/.test(value) || NOT_IN_A_URL.test(value) || value.includes('{{')) {
      throw new ValueError(
        'must be a path that begins with /, without query, fragment, spaces and variables',
      );
    }
    checkPercents(value);
    checkDotSegments(value);
    return value;
  },
};

/** The base URL of an OpenTelemetry collector, as in `http://127.0.0.1:4318`. */
export const collectorUrl: DataType<string> = {
  description: 'http or https URL, without a query',
  parse(value) {
    checkUrl({ source: '', parts: [value] }, () => undefined);
    if (value.includes('?')) throw new ValueError('must be a URL without a query');
    const url = value.replace(/\/+$/, '');
    if (url.endsWith('/v1/traces')) {
      throw new ValueError('must not end in /v1/traces, because the gateway appends it to this URL');
    }
    return url;
  },
};

/** The longest path of a Unix socket on Linux in bytes (unix(7): `sun_path` without its final zero). */
export const MAX_SOCKET_PATH = 107;

const UNIX_URL = /^rs:\/\/unix:\/./;

/** The address of a WAMP router. */
export const routerUrl: DataType<string> = {
  description: 'URL that begins with ws://, wss://, rs:// or rss://',
  parse(value) {
    if (!/^(?:wss?|rss?):\/\//.test(value) || !URL.canParse(value) || /[\s#]/.test(value)) {
      throw new ValueError(
        'must be a URL that begins with ws://, wss://, rs:// or rss://, without a fragment',
      );
    }
    if (new URL(value).username !== '' || new URL(value).password !== '') {
      throw new ValueError('a URL must not contain user:password@; set credentials with router.sessions.*');
    }
    if (new URL(value).port === '0') throw new ValueError('the port of a router must not be 0');
    if (/^wss?:\/\/\//.test(value)) throw new ValueError('the URL has no host');
    if (/^rss?:/.test(value)) checkRawSocketUrl(value);
    return value;
  },
};

function checkRawSocketUrl(value: string): void {
  if (UNIX_URL.test(value)) {
    if (Buffer.byteLength(value.slice('rs://unix:'.length)) > MAX_SOCKET_PATH) {
      throw new ValueError(`the path of a Unix socket must have at most ${MAX_SOCKET_PATH} bytes`);
    }
    return;
  }
  const { port, pathname } = new URL(value);
  if (port === '') {
    throw new ValueError(
      'a RawSocket URL needs a port, as in rs://router.example.com:8081, or the absolute path of a Unix socket, as in rs://unix:/run/router.sock',
    );
  }
  if (pathname !== '' && pathname !== '/') throw new ValueError('a RawSocket URL must not have a path');
}

/**
 * The origin of an app, such as `capacitor://localhost`, `chrome-extension://abc`, `app://-` or
 * `file://`. RFC 6454 section 4 does not restrict the host.
 */
const APP_ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/([\w.~!$&'()*+=%-]*(?::\d+)?)$/i;

/** A web origin (RFC 6454) as browsers send it, or `*` for every origin. */
export const origin: DataType<string> = {
  description: 'origin such as https://app.example.com, capacitor://localhost or null, or *',
  parse(value) {
    // Sandboxed frames and local files send `null` (RFC 6454 section 6.1).
    if (value === '*') return value;
    if (value.toLowerCase() === 'null') return 'null';
    if (/^https?:\/\/[^/?#@\s]+$/i.test(value) && URL.canParse(value)) return new URL(value).origin;
    const [, scheme = '', host = ''] = APP_ORIGIN.exec(value) ?? [];
    if (
      scheme === '' ||
      /^(?:https?|wss?|ftp)$/i.test(scheme) ||
      (host === '' && scheme.toLowerCase() !== 'file')
    ) {
      throw new ValueError(
        'must be a list of origins as browsers send them, such as https://app.example.com, capacitor://localhost, null, or *; without a path',
      );
    }
    // The host of such an origin is case-sensitive (URL Standard section 4.5, opaque hosts).
    return `${scheme.toLowerCase()}://${host}`;
  },
};
