import { createHash } from 'node:crypto';
import type { NamedTemplate, ServiceSettings, Template } from '../config/model.js';
import { isFieldValue } from '../config/types/http-fields.js';
import { checkUrl } from '../config/types/url-types.js';
import { ACCEPT_ENCODING } from '../upstream/content-coding.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { fillVars } from './fill-vars.js';

/** A token request with the values of its variables. */
export interface TokenRequest {
  readonly kind: 'request';
  /**
   * SHA-256 of the whole request. Requests with equal keys fetch tokens for the same credentials.
   */
  readonly key: string;
  readonly http: HttpRequest;
}

/**
 * The reason why no request can be built from the variables. Names the configuration key, but no
 * value.
 */
export interface TokenRequestProblem {
  readonly kind: 'problem';
  readonly problem: string;
}

/** Builds a service's token request from its variables. Pure. */
export type TokenRequestBuilder = (vars: ReadonlyMap<string, string>) => TokenRequest | TokenRequestProblem;

/** Thrown if a part of the request cannot be built. The message names the key and the reason. */
class TokenRequestError extends Error {}

/** Fills `auth.fetch.url`. Returns undefined if no request can be sent there. */
export function fillTokenUrl(
  settings: ServiceSettings,
  vars: ReadonlyMap<string, string>,
): string | undefined {
  try {
    return fillUrl(settings['auth.fetch.url'], vars).text;
  } catch (error) {
    if (error instanceof TokenRequestError) return undefined;
    throw error;
  }
}

/** Compiles `auth.fetch.*` once, so that each attempt only fills in the variables. */
export function compileTokenRequest(settings: ServiceSettings, userAgent: string): TokenRequestBuilder {
  const url = settings['auth.fetch.url'];
  const method = settings['auth.fetch.method'] === 'get' ? 'GET' : 'POST';
  const configured = new Set(settings['auth.fetch.headers'].map(({ name }) => name.toLowerCase()));

  function build(vars: ReadonlyMap<string, string>): HttpRequest {
    const { origin, path } = fillUrl(url, vars);
    const body = method === 'GET' ? undefined : encodeBody(settings, vars);
    const defaults = [
      ['Accept', 'application/json'],
      ['Content-Type', body?.type],
      ['Accept-Encoding', ACCEPT_ENCODING],
      ['User-Agent', userAgent],
      ['Authorization', basicAuthorization(settings, vars)],
    ] as const;
    const headers: string[] = [];
    for (const [name, value] of defaults) {
      if (value !== undefined && !configured.has(name.toLowerCase())) headers.push(name, value);
    }
    for (const { name, template } of settings['auth.fetch.headers']) {
      const value = fill(template, vars, `auth.fetch.headers.${name}`);
      if (!isFieldValue(value)) {
        throw new TokenRequestError(
          `auth.fetch.headers.${name} contains a character that is not allowed in a header`,
        );
      }
      headers.push(name, value);
    }
    return { method, origin, path, headers, body: body?.text };
  }

  return (vars) => {
    try {
      const http = build(vars);
      const key = createHash('sha256').update(JSON.stringify(http)).digest('base64');
      return { kind: 'request', key, http };
    } catch (error) {
      if (error instanceof TokenRequestError) return { kind: 'problem', problem: error.message };
      throw error;
    }
  };
}

function fill(template: Template, vars: ReadonlyMap<string, string>, key: string): string {
  const text = fillVars(template.parts, (name) => vars.get(name));
  if (text === undefined) throw new TokenRequestError(`${key} has a variable without a value`);
  return text;
}

/**
 * Fills a URL. Percent-encodes each variable, so that it cannot change the structure of the URL
 * (RFC 3986 §2.1).
 */
function fillUrl(
  template: Template | undefined,
  vars: ReadonlyMap<string, string>,
): { text: string; origin: string; path: string } {
  const key = 'auth.fetch.url';
  if (template === undefined) throw new TokenRequestError(`${key} is missing`);
  const encoded = (name: string) => {
    const value = vars.get(name);
    return value === undefined ? undefined : encodeURIComponent(value.toWellFormed());
  };
  const text = fillVars(template.parts, encoded);
  if (text === undefined) throw new TokenRequestError(`${key} has a variable without a value`);
  try {
    // Checks the URL again, because the configuration was checked without the values of secrets.
    checkUrl({ source: '', parts: [text] }, () => undefined);
    const url = new URL(text);
    return { text, origin: url.origin, path: `${url.pathname}${url.search}` };
  } catch {
    throw new TokenRequestError(`${key} is not a usable URL with the values of its variables`);
  }
}

function encodeBody(
  settings: ServiceSettings,
  vars: ReadonlyMap<string, string>,
): { text: string; type: string } | undefined {
  const fields = () => fillAll(settings['auth.fetch.body'], vars);
  switch (settings['auth.fetch.body_encoding']) {
    case 'form':
      return { text: new URLSearchParams(fields()).toString(), type: 'application/x-www-form-urlencoded' };
    case 'json': {
      // fromEntries defines own properties, even for a field called __proto__.
      const text = JSON.stringify(Object.fromEntries(fields()));
      return { text, type: 'application/json' };
    }
    case 'none':
      return undefined;
  }
}

function fillAll(entries: readonly NamedTemplate[], vars: ReadonlyMap<string, string>): [string, string][] {
  return entries.map(({ name, template }) => [name, fill(template, vars, `auth.fetch.body.${name}`)]);
}

/**
 * Encodes user name and password in UTF-8 (RFC 7617 §2). If `auth.fetch.basic_auth.encoding =
 * form`, form-encodes both first (RFC 6749 §2.3.1).
 */
function basicAuthorization(
  settings: ServiceSettings,
  vars: ReadonlyMap<string, string>,
): string | undefined {
  const username = settings['auth.fetch.basic_auth.username'];
  const password = settings['auth.fetch.basic_auth.password'];
  if (username === undefined || password === undefined) return undefined;
  const user = fill(username, vars, 'auth.fetch.basic_auth.username');
  const secret = fill(password, vars, 'auth.fetch.basic_auth.password');
  const isForm = settings['auth.fetch.basic_auth.encoding'] === 'form';
  if (!isForm && user.includes(':')) {
    throw new TokenRequestError(
      'auth.fetch.basic_auth.username contains a colon, which would end the user name',
    );
  }
  const pair = isForm ? `${formEncoded(user)}:${formEncoded(secret)}` : `${user}:${secret}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** RFC 6749 appendix B. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
