import type { DataType } from './datatypes.js';
import { callTemplate } from './http-types.js';
import { parseTemplate, type Template, type Variable, withoutVarsPrefix } from './template.js';
import { ValueError } from './value-error.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_IN_A_URL = /[\x00-\x20\x7f-\uffff\\]/;

/** A `%` that encodes nothing (RFC 3986 section 2.1). */
const MALFORMED_PERCENT = /%(?![0-9A-Fa-f]{2})/;

/** A URL over http or https with `{{var}}` in it; checkUrl says whether it is one, once the variables are known. */
export const urlTemplate: DataType<Template> = {
  description: 'http or https URL, {{var}} from auth.vars allowed',
  variables: 'auth.vars',
  secretFromEnvironment: 'behind the host',
  parse(value) {
    const template = withoutVarsPrefix(parseTemplate(value));
    for (const part of template.parts) {
      if (typeof part === 'string') checkUrlText(part);
    }
    if (template.parts.length === 0) throw new ValueError('must be an http or https URL');
    return template;
  },
};

/** The `{{var}}` that has no value yet; a digit can stand in every piece of a URL, ports included. */
const STAND_IN = '1';

/**
 * Checks a URL template with the values that are known at load. A piece that only a secrets provider knows is taken as
 * harmless; a URL that begins with one cannot be judged here.
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
    throw new ValueError('a URL may not hold user:password@; set credentials with auth.* or headers.*');
  }
  if (authority === '' || !URL.canParse(url))
    throw new ValueError('is not a valid URL: host, port or brackets are wrong');
  checkDotSegments(url.slice(url.indexOf(authority) + authority.length));
}

function checkUrlText(text: string): void {
  if (text.includes('#')) throw new ValueError('a URL for requests may not have a fragment (#)');
  if (NOT_IN_A_URL.test(text)) {
    throw new ValueError(
      'a URL may hold ASCII only, without spaces, backslashes and control characters; a host name in other letters goes in its xn-- form',
    );
  }
  checkPercents(text);
}

/** In each piece of literal text by itself: `%2{{a}}` would let a caller write the last digit, and so a dot. */
function checkPercents(text: string): void {
  if (MALFORMED_PERCENT.test(text)) {
    throw new ValueError('a % must be followed by two hex digits; the character itself is written %25');
  }
}

/** A path, and after a `?` perhaps a literal query, with `{{kwarg}}` in the path; or nothing. */
export const pathTemplate: DataType<Template> = {
  description: 'path template, as in /invoices/{{id}}',
  variables: 'kwargs',
  parse(value, context) {
    // Nothing is appended then, or a query alone.
    if (value !== '' && !/^[/?]/.test(value)) throw new ValueError('a path must begin with /');
    const template = callTemplate.parse(value, context);
    checkPathVariables(template);
    for (const part of template.parts) {
      if (typeof part !== 'string') continue;
      if (part.includes('#')) throw new ValueError('a path may not have a fragment (#); as text it is %23');
      if (NOT_IN_A_URL.test(part)) {
        throw new ValueError(
          'a path may hold ASCII only, without spaces, backslashes and control characters: write them percent-encoded',
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
      throw new ValueError(
        'a variable cannot stand after the ?; write query.name = {{variable}} in its place',
      );
    } else if (part.fallback !== undefined && ['', '.', '..'].includes(part.fallback)) {
      throw new ValueError('the default of a path variable may not be empty, "." or ".."');
    }
  }
}

/** RFC 3986 section 5.2.4: URL parsers collapse `.` and `..`, percent-encoded ones too (WHATWG URL), and the path changes. */
function checkDotSegments(pathAndQuery: string): void {
  const path = pathAndQuery.split('?', 1)[0] ?? '';
  const segments = path.split('/').map((segment) => segment.replace(/%2e/gi, '.'));
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    throw new ValueError('a path may not have the segments "." and ".."');
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
      throw new ValueError('a URL may not hold user:password@; credentials belong into router.sessions.*');
    }
    return value;
  },
};

/** Of apps: `capacitor://localhost`, `chrome-extension://abc`, `app://-`, `file://` (RFC 6454 section 4 leaves the host open). */
const APP_ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/([\w.~!$&'()*+=%-]*(?::\d+)?)$/i;

/** A web origin (RFC 6454) as browsers send it, or `*` for every one. */
export const origin: DataType<string> = {
  description: 'origin such as https://app.example.com, capacitor://localhost or null, or *',
  parse(value) {
    // `null` is what sandboxed frames and local files send (RFC 6454 section 6.1).
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
    // Their hosts are as case-sensitive as the browser is (URL Standard section 4.5, opaque hosts).
    return `${scheme.toLowerCase()}://${host}`;
  },
};
