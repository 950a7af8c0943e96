import { fillVars, MASK } from '../../../auth/fill-vars.js';
import type { ShowVariable } from '../../../auth/placement.js';
import type { ServiceSettings, Template } from '../../../config/model.js';
import { checkUrl } from '../../../config/types/url-types.js';
import { ValueError } from '../../../config/types/value-error.js';

/** The parts of base_url, with the values of its variables. */
export interface BaseUrl {
  /** `https://billing.example.com:8443` */
  readonly origin: string;
  /** The path as normalized by a URL parser: `/api`. */
  readonly path: string;
  /** The literal query without its question mark, or ''. */
  readonly query: string;
}

/**
 * Fills base_url with the service's variables.
 *
 * @returns undefined if a variable has no value, or the result is not a usable URL
 */
export function renderBaseUrl(
  settings: ServiceSettings,
  vars: ReadonlyMap<string, string>,
): BaseUrl | undefined {
  return renderParts(settings.base_url.parts, vars);
}

function renderParts(parts: Template['parts'], vars: ReadonlyMap<string, string>): BaseUrl | undefined {
  const text = fillVars(parts, (name) => vars.get(name));
  if (text === undefined) return undefined;
  try {
    // Checks the URL again, because the configuration was checked without the values of secrets.
    checkUrl({ source: '', parts: [text] }, () => undefined);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
  const url = new URL(text);
  return { origin: url.origin, path: url.pathname, query: url.search.slice(1) };
}

/**
 * base_url for display. Any of its variables may be a secret.
 *
 * @param show returns the text for a variable. Default: `***`
 */
export function baseUrlForShow(settings: ServiceSettings, show: ShowVariable = () => MASK): BaseUrl {
  const { base_url: template } = settings;
  const parts = template.masked ?? template.parts;
  const constant = parts.every((part) => typeof part === 'string')
    ? renderParts(parts, new Map())
    : undefined;
  if (constant !== undefined) return constant;
  const text = fillVars(parts, show) ?? '';
  const [, origin = '', path = '', query = ''] =
    /^(https?:\/\/[^/?]*|[^/?]*)([^?]*)\??(.*)$/.exec(text) ?? [];
  return { origin, path: path === '' ? '/' : path, query };
}
