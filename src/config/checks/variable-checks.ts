import type { ServiceDraft } from '../drafts.js';
import type { MemberName } from '../read-settings.js';
import type { SERVICE_KEYS } from '../schema/service.js';
import { callerVariableProblem, isCallerVariable } from '../types/caller-variables.js';
import { type NamedTemplate, type Template, type Variable, variablesOf } from '../types/template.js';
import { ASSERTION, checkTokenUrl, hasEncodedSlash } from '../types/token-url.js';
import { checkUrl } from '../types/url-types.js';
import { ValueError } from '../types/value-error.js';

type ServiceKey = keyof typeof SERVICE_KEYS;

/** A template of the service, and the line it comes from. */
export interface Use {
  readonly key: ServiceKey;
  readonly template: Template;
  readonly member?: MemberName;
}

/**
 * Checks the templates of `base_url` and of the token request: variables are defined and have
 * allowed values.
 */
export function checkVariables(service: ServiceDraft): void {
  const defined = definedVariables(service);
  notifyEmpty(service);
  for (const use of variableUses(service)) {
    if (!reportUndefined(service, use, knownIn(use.key, service, defined))) continue;
    if (use.key === 'base_url') checkBaseUrl(service, use);
    if (use.key === 'auth.fetch.url') checkUrlOfToken(service, use, defined);
  }
}

/** The body and the headers of the token request may also contain the JWT that the gateway signs. */
function knownIn(key: ServiceKey, service: ServiceDraft, defined: ReadonlySet<string>): ReadonlySet<string> {
  const mayHaveJwt = key === 'auth.fetch.body.$key' || key === 'auth.fetch.headers.$key';
  const hasJwt = mayHaveJwt && service.hasAny('auth.fetch.assertion');
  return hasJwt ? new Set([...defined, ASSERTION]) : defined;
}

/**
 * Adds a notice for each empty variable, because an empty environment variable may be a forgotten
 * password. `""` gets no notice.
 */
function notifyEmpty(service: ServiceDraft): void {
  for (const [name, value] of service.settings['auth.vars'] ?? []) {
    if (value !== '' || valueAtLoad(service, { name, defaultText: undefined }) === undefined) continue;
    // An empty token is reported as an error.
    if (name === 'token' && !service.hasAny('auth.fetch')) continue;
    const quotes = /^\s*["']/.test(service.entry('auth.vars.$var', { name })?.rawValue ?? '');
    if (!quotes) service.notify('auth.vars.$var', 'is empty; write "" if this is intended', { name });
  }
}

/**
 * All templates with variables except `auth.apply.format`, where `{{token}}` has another meaning.
 */
export function variableUses(service: ServiceDraft): readonly Use[] {
  const { base_url: template } = service.settings;
  const base: Use[] = template === undefined ? [] : [{ key: 'base_url', template }];
  return [...base, ...tokenRequestUses(service)];
}

/** The templates of the token request. */
export function tokenRequestUses({ settings }: ServiceDraft): readonly Use[] {
  const single = (key: ServiceKey, template: Template | undefined): Use[] =>
    template === undefined ? [] : [{ key, template }];
  const family = (key: ServiceKey, templates: readonly NamedTemplate[] = []): Use[] =>
    templates.map(({ name, template }) => ({ key, template, member: { name } }));
  return [
    ...single('auth.fetch.url', settings['auth.fetch.url']),
    ...family('auth.fetch.body.$key', settings['auth.fetch.body']),
    ...family('auth.fetch.headers.$key', settings['auth.fetch.headers']),
    ...single('auth.fetch.basic_auth.username', settings['auth.fetch.basic_auth.username']),
    ...single('auth.fetch.basic_auth.password', settings['auth.fetch.basic_auth.password']),
    ...single('auth.fetch.assertion.iss', settings['auth.fetch.assertion.iss']),
    ...single('auth.fetch.assertion.sub', settings['auth.fetch.assertion.sub']),
    ...single('auth.fetch.assertion.aud', settings['auth.fetch.assertion.aud']),
    ...family('auth.fetch.assertion.claims.$name', settings['auth.fetch.assertion.claims']),
  ];
}

/** The variables that `auth.vars` and `auth.secrets.vars` define. */
export function definedVariables(service: ServiceDraft): ReadonlySet<string> {
  return new Set([...service.members('auth.vars.$var'), ...service.members('auth.secrets.vars.$var')]);
}

/** The value of a variable at load; undefined if it comes from a secret or is not defined. */
export function valueAtLoad(service: ServiceDraft, { name, defaultText }: Variable): string | undefined {
  if (service.members('auth.secrets.vars.$var').has(name)) return undefined;
  return service.settings['auth.vars']?.get(name) ?? defaultText;
}

/**
 * Reports a variable that is not defined. The message gives its position and not its name, because
 * the name is part of the value, which may be secret.
 *
 * @returns true if every variable is defined.
 */
export function reportUndefined(
  service: ServiceDraft,
  { key, template, member }: Use,
  defined: ReadonlySet<string>,
): boolean {
  const variables = variablesOf(template);
  const inTokenRequest = key.startsWith('auth.fetch.');
  const reserved = variables.flatMap(({ name }) => callerVariableProblem(name, inTokenRequest) ?? []);
  if (reserved[0] !== undefined) {
    service.report(key, reserved[0], member);
    return false;
  }
  const missing = variables.findIndex(
    ({ name, defaultText }) => defaultText === undefined && !defined.has(name) && !isCallerVariable(name),
  );
  if (missing < 0) return true;
  const which = variables.length === 1 ? 'the variable' : `variable ${missing + 1}`;
  const known = [...defined].filter((name) => name !== 'token');
  const allowed =
    known.length === 0
      ? 'auth.vars and auth.secrets.vars define no variable'
      : `defined are: ${known.join(', ')}`;
  service.report(
    key,
    SPECIAL[variables[missing]?.name ?? ''] ?? `${which} in this value is not defined; ${allowed}`,
    member,
  );
  return false;
}

/** Why a variable with a meaning of its own is not defined. */
const SPECIAL: Readonly<Record<string, string>> = {
  token: '{{token}} is allowed only in auth.apply.format, unless auth.vars.token defines it',
  [ASSERTION]:
    '{{assertion}} is allowed only in auth.fetch.body and auth.fetch.headers, and needs auth.fetch.assertion.key_file',
};

function checkBaseUrl(service: ServiceDraft, { key, template }: Use): void {
  reportBadUrl(service, key, () => checkUrl(template, (variable) => valueAtLoad(service, variable)));
}

function checkUrlOfToken(service: ServiceDraft, { key, template }: Use, defined: ReadonlySet<string>): void {
  const settled = settleDefaults(template, defined);
  const lookUp = (name: string) => valueAtLoad(service, { name, defaultText: undefined });
  const isGood = reportBadUrl(service, key, () => checkTokenUrl(settled, lookUp));
  if (isGood && hasEncodedSlash(settled, lookUp)) {
    service.notify(
      key,
      'the / in the value of a variable is sent as %2F: it does not separate path segments',
    );
  }
}

/** Replaces each variable that is not defined by its default, which is literal text of the file. */
function settleDefaults({ source, parts }: Template, defined: ReadonlySet<string>): Template {
  const settled = parts.map((part) =>
    typeof part === 'string' || defined.has(part.name) ? part : (part.defaultText ?? part),
  );
  return { source, parts: settled };
}

/** @returns true if `check` finds no error. */
function reportBadUrl(service: ServiceDraft, key: ServiceKey, check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    service.report(key, error.message);
    return false;
  }
}
