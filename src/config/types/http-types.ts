import type { DataType } from './datatypes.js';
import { isFieldValue, isMediaType, isOwnField, isToken } from './http-fields.js';
import {
  literalsOf,
  parseTemplate,
  serviceVariableOf,
  type Template,
  variablesOf,
  withoutVarsPrefix,
} from './template.js';
import { ValueError } from './value-error.js';

/** RFC 6265 section 4.1.1. */
const COOKIE_OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/** The name of a header that the configuration may set. Keeps the case. */
export const headerName: DataType<string> = {
  description: 'header name',
  parse: (value) => checkHeaderName(value),
};

/** The same, or `Host`, which selects a virtual host that differs from base_url. */
export const requestHeaderName: DataType<string> = {
  description: 'header name',
  parse: (value) => (value.toLowerCase() === 'host' ? value : checkHeaderName(value)),
};

function checkHeaderName(value: string): string {
  if (!isToken(value)) {
    throw new ValueError(
      "is not a header name: letters, digits and ! # $ % & ' * + - . ^ _ ` | ~ are allowed",
    );
  }
  if (isOwnField(value)) {
    throw new ValueError('this header belongs to the HTTP connection and cannot be set');
  }
  return value;
}

/** A media type with its parameters (RFC 9110 section 8.3.1). */
export const mediaType: DataType<string> = {
  description: 'media type',
  parse(value) {
    if (!isMediaType(value)) throw new ValueError('must be a media type, as in application/xml');
    return value;
  },
};

/** A response header from a list, in lower case. */
export const responseHeaderName: DataType<string> = {
  description: 'header name',
  parse(value) {
    if (!isToken(value)) throw new ValueError('must be a list of header names, separated by commas');
    return value.toLowerCase();
  },
};

/** A header name in lower case, where `*` matches any characters. */
export const headerGlob: DataType<string> = {
  description: 'header name, * matches any characters',
  parse(value) {
    if (!isToken(value)) {
      throw new ValueError('must be a list of header names, separated by commas; * matches any characters');
    }
    if (!value.includes('*') && isOwnField(value)) {
      throw new ValueError('this header belongs to the HTTP connection and cannot be sent by callers');
    }
    return value.toLowerCase();
  },
};

/** The name of one response header, in lower case. */
export const oneResponseHeader: DataType<string> = {
  description: 'header name',
  parse(value) {
    if (!isToken(value)) throw new ValueError('must be the name of a header');
    return value.toLowerCase();
  },
};

/** The name of a cookie (RFC 6265 section 4.1.1). */
export const cookieName: DataType<string> = {
  description: 'cookie name',
  parse(value) {
    if (!isToken(value)) {
      throw new ValueError(
        "is not a cookie name: letters, digits and ! # $ % & ' * + - . ^ _ ` | ~ are allowed",
      );
    }
    return value;
  },
};

/** A template that each call fills with kwargs, the caller and the realm. */
export const callTemplate: DataType<Template> = {
  description: 'template',
  variables: 'kwargs',
  parse: parseCallTemplate,
};

/** A call template for a header. */
export const headerTemplate: DataType<Template> = {
  description: 'template',
  variables: 'kwargs',
  parse: (value) => checkFieldText(parseCallTemplate(value)),
};

/** A call template for a cookie. */
export const cookieTemplate: DataType<Template> = {
  description: 'template',
  variables: 'kwargs',
  parse(value) {
    const template = parseCallTemplate(value);
    if (!literalsOf(template).every((part) => COOKIE_OCTETS.test(part))) {
      throw new ValueError(
        'a cookie may contain only ASCII, without spaces, control characters and the characters " , ; \\',
      );
    }
    return template;
  },
};

/** A template with the `auth.vars` of a service as variables. */
export const authTemplate: DataType<Template> = {
  description: 'template',
  variables: 'auth.vars',
  parse: (value) => withoutVarsPrefix(parseTemplate(value)),
};

/** An `auth.vars` template for a header. */
export const authHeaderTemplate: DataType<Template> = {
  description: 'template',
  variables: 'auth.vars',
  parse: (value) => checkFieldText(withoutVarsPrefix(parseTemplate(value))),
};

/** A call template for a field of a JSON body. */
export const bodyTemplate: DataType<Template> = {
  description: 'template',
  variables: 'kwargs',
  parse: (value, { quoted }) => typed(parseCallTemplate(value), quoted),
};

/** The template for a whole JSON body: exactly one variable, whose value keeps its type. */
export const wholeBodyTemplate: DataType<Template> = {
  description: 'one variable',
  variables: 'kwargs',
  parse(value, { quoted }) {
    const template = typed(parseCallTemplate(value), quoted);
    const [variable] = template.parts;
    if (
      template.parts.length !== 1 ||
      variable === undefined ||
      typeof variable === 'string' ||
      serviceVariableOf(variable) !== undefined
    ) {
      throw new ValueError(
        'must be exactly one variable, as in {{items}}; a field is set with body.name = …',
      );
    }
    return template;
  },
};

/** A value in quotes is text, even if it looks like JSON. */
function typed(template: Template, quoted: boolean | undefined): Template {
  return quoted === true ? template : { ...template, typed: true };
}

const CALLER_VARIABLES: readonly string[] = ['caller.authid', 'caller.authrole', 'caller.session'];

function parseCallTemplate(value: string): Template {
  const template = parseTemplate(value);
  for (const { name } of variablesOf(template)) {
    if (/^caller(?:\.|$)/i.test(name) && !CALLER_VARIABLES.includes(name)) {
      throw new ValueError(
        'is not a variable of the caller: use {{caller.authid}}, {{caller.authrole}} or {{caller.session}}',
      );
    }
    if (name === 'vars.') throw new ValueError('a name is missing: write {{vars.NAME}}');
    if (name === '_headers')
      throw new ValueError('{{_headers}} cannot be used: the gateway removes _headers from the kwargs');
  }
  return template;
}

function checkFieldText(template: Template): Template {
  if (!literalsOf(template).every(isFieldValue)) {
    throw new ValueError(
      'a header may contain only Latin-1 characters, without line breaks and control characters',
    );
  }
  return template;
}
