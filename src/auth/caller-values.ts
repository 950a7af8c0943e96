import type { ServiceSettings } from '../config/model.js';
import { type CallerVariable, isCallerVariable, META_PREFIX } from '../config/types/caller-variables.js';
import { isFieldValue } from '../config/types/http-fields.js';
import { variablesOf } from '../config/types/template.js';
import { type Caller, nameOf } from '../upstream/caller.js';
import { type TokenRequestTemplate, tokenRequestTemplates } from './token-request-templates.js';

/** The values of a caller in the token request. */
export interface CallerValues {
  readonly kind: 'values';
  /** Callers with equal keys have equal values, and share a token. */
  readonly key: string;
  readonly values: ReadonlyMap<string, string>;
}

/** A caller for whom no token can be fetched. */
export interface UnusableCaller {
  readonly kind: 'unusable';
  /** For the caller. Names variables, but no values. */
  readonly message: string;
  /** For the log, if the router is to blame. */
  readonly cause: string | undefined;
}

/** Reads from a caller what the token request needs. */
export type ReadCallerValues = (caller: Caller) => CallerValues | UnusableCaller;

/** Compiles the reader. Returns undefined if all callers of the service share one token. */
export function compileCallerValues(settings: ServiceSettings): ReadCallerValues | undefined {
  const needs = needsOf(tokenRequestTemplates(settings));
  if (needs.length === 0) return undefined;
  return (caller) => {
    const values = new Map<string, string>();
    for (const { name, isRequired, places } of needs) {
      const value = valueFor(name, caller);
      if (value === undefined || value === '') {
        if (isRequired) return missing(name, caller);
        continue;
      }
      const what = whyNotAllowed(value, places);
      if (what !== undefined) return unusable(`${WHY}: {{${name}}} of this caller ${what}`);
      values.set(name, value);
    }
    const key = JSON.stringify(needs.map(({ name }) => values.get(name) ?? null));
    return { kind: 'values', key, values };
  };
}

/** The values of a caller that does not exist. */
export function exampleValues(settings: ServiceSettings): ReadonlyMap<string, string> {
  return new Map(needsOf(tokenRequestTemplates(settings)).map(({ name }) => [name, 'x']));
}

/** Whether the token request needs to know who calls. The realm alone is known for each procedure. */
export function needsIdentity(settings: ServiceSettings): boolean {
  return needsOf(tokenRequestTemplates(settings)).some(({ name }) => name !== 'realm');
}

/** Whether the token request needs the `meta` of a caller. */
export function needsMeta(settings: ServiceSettings): boolean {
  return needsOf(tokenRequestTemplates(settings)).some(({ name }) => name.startsWith(META_PREFIX));
}

/** A variable of the caller, and what the templates ask of its value. */
interface Need {
  readonly name: CallerVariable;
  /** False if each template has a default for it. */
  readonly isRequired: boolean;
  readonly places: ReadonlySet<TokenRequestTemplate['place']>;
}

function needsOf(templates: readonly TokenRequestTemplate[]): readonly Need[] {
  const needs = new Map<CallerVariable, Need>();
  for (const { place, template } of templates) {
    for (const { name, defaultText } of variablesOf(template)) {
      if (!isCallerVariable(name)) continue;
      const known = needs.get(name);
      const isRequired = (known?.isRequired ?? false) || defaultText === undefined;
      needs.set(name, { name, isRequired, places: new Set([...(known?.places ?? []), place]) });
    }
  }
  return [...needs.values()];
}

function valueFor(name: CallerVariable, caller: Caller): string | undefined {
  switch (name) {
    case 'realm':
      return caller.realm;
    case 'caller.authid':
      return nameOf(caller);
    case 'caller.authrole':
      return caller.authrole;
    default:
      return textOf(memberOf(caller.meta, name.slice(META_PREFIX.length)));
  }
}

/**
 * The member with this name, or the value at this dot path. Reads only members of the JSON, and no
 * inherited properties such as `constructor`.
 */
function memberOf(meta: Caller['meta'], path: string): unknown {
  if (isOwn(meta, path)) return meta[path];
  let value: unknown = meta;
  for (const step of path.split('.')) {
    if (!isOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function isOwn(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && Object.prototype.propertyIsEnumerable.call(value, name)
  );
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isScalar = typeof value === 'bigint' || typeof value === 'boolean' || Number.isFinite(value);
  return isScalar ? String(value) : undefined;
}

const WHY = 'The service fetches a token for each caller';

function unusable(message: string, cause?: string): UnusableCaller {
  return { kind: 'unusable', message, cause };
}

function missing(name: CallerVariable, caller: Caller): UnusableCaller {
  if (caller.session === undefined) {
    const message = `the router does not disclose the caller, but the token request needs {{${name}}}. Let the router disclose callers: allow_disclose in nexus, disclose.caller in Crossbar.io`;
    // Not the fault of the kwargs, which the log would blame otherwise.
    return unusable(message, message);
  }
  if (nameOf(caller) === undefined && name !== 'caller.authrole') {
    return unusable(`${WHY}, and an anonymous session has no name of its own. Log in with a name`);
  }
  return unusable(`${WHY}, and this caller has no {{${name}}}`);
}

/**
 * A dot segment (RFC 3986 section 5.2.4), alone or between slashes. Many servers decode a path before
 * they resolve its dot segments, and some decode it twice.
 */
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e)+(?:[/\\;?#]|%2f|%5c|$)/i;

/**
 * Why a value is not allowed at its places. Everything else is encoded there. A server must get the
 * value of one caller in no form that could also be that of another: without the spaces around it, as
 * a path that is shortened, or with a replacement for half a character.
 */
function whyNotAllowed(value: string, places: Need['places']): string | undefined {
  if (!value.isWellFormed() || value.includes('\0')) return 'contains a character that cannot be sent';
  if (places.has('header') && !(isFieldValue(value) && value.trim() === value)) {
    return 'contains a character that is not allowed in a header, or begins or ends with a space';
  }
  if (places.has('basic') && /[:\p{Cc}]/u.test(value)) {
    return 'contains a colon or a control character, which HTTP Basic does not allow';
  }
  return places.has('url') && DOT_SEGMENT.test(value)
    ? 'contains . or .. as a part of a path, which a server may resolve'
    : undefined;
}
