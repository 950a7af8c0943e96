import { fillVars, MASK } from '../../auth/fill-vars.js';
import type { ServiceSettings, Template } from '../../config/model.js';
import { checkUrl } from '../../config/types/url-types.js';
import { ValueError } from '../../config/types/value-error.js';

/** base_url taken apart, its variables filled. */
export interface BaseUrl {
  /** `https://billing.example.com:8443` */
  readonly origin: string;
  /** The path as a URL parser writes it: `/api`. */
  readonly path: string;
  /** The literal query without its question mark, or ''. */
  readonly query: string;
}

/**
 * Fills base_url from the service's variables.
 *
 * @returns undefined where a variable has no value, or the filled text is no usable URL.
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
    // A secret was not known when the configuration was read, so the rules for URLs are asked once more.
    checkUrl({ source: '', parts: [text] }, () => undefined);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
  const url = new URL(text);
  return { origin: url.origin, path: url.pathname, query: url.search.slice(1) };
}

/** base_url for showing: exact where it is constant, else with its variables masked, for any of them may be a secret. */
export function baseUrlForShow(settings: ServiceSettings): BaseUrl {
  const { base_url: template } = settings;
  const parts = template.masked ?? template.parts;
  const constant = parts.every((part) => typeof part === 'string')
    ? renderParts(parts, new Map())
    : undefined;
  if (constant !== undefined) return constant;
  const text = fillVars(parts, () => MASK) ?? '';
  const [, origin = '', path = '', query = ''] =
    /^(https?:\/\/[^/?]*|[^/?]*)([^?]*)\??(.*)$/.exec(text) ?? [];
  return { origin, path: path === '' ? '/' : path, query };
}
