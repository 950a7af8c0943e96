import type { ServiceDraft } from './drafts.js';
import { isFieldValue } from './http-fields.js';
import { headerName } from './http-types.js';
import type { MemberName } from './read-settings.js';
import type { SERVICE_KEYS } from './schema/service.js';
import { type NamedTemplate, type Template, type Variable, variablesOf } from './template.js';
import { checkUrl } from './url-types.js';
import { ValueError } from './value-error.js';

type ServiceKey = keyof typeof SERVICE_KEYS;

/** Checks a service's `auth.*` keys against each other, and the variables that they and base_url use. */
export function checkAuth(service: ServiceDraft): void {
  checkTokenRequest(service);
  checkSecrets(service);
  checkVariables(service);
  checkCredential(service);
}

function checkTokenRequest(service: ServiceDraft): void {
  if (!service.hasAny('auth.fetch')) return;
  for (const key of ['auth.fetch.url', 'auth.fetch.token_path'] as const) {
    if (service.entry(key) === undefined) service.reportMissing(key, 'is required where auth.fetch is used');
  }
  const username = 'auth.fetch.basic_auth.username';
  const password = 'auth.fetch.basic_auth.password';
  if (service.entry(username) && !service.entry(password)) service.report(username, `needs ${password} too`);
  if (service.entry(password) && !service.entry(username)) service.report(password, `needs ${username} too`);
  const [field] = service.members('auth.fetch.body.$key');
  if (field !== undefined && service.settings['auth.fetch.body_encoding'] === 'none') {
    service.notify(
      'auth.fetch.body.$key',
      'is not sent: auth.fetch.body_encoding is none, not form or json',
      {
        name: field,
      },
    );
  }
}

function checkSecrets(service: ServiceDraft): void {
  if (!service.hasAny('auth.secrets')) return;
  if (service.entry('auth.secrets.provider') === undefined) {
    service.reportMissing(
      'auth.secrets.provider',
      'is required where auth.secrets is used: aws_sm, file or env',
    );
  }
  const provider = service.settings['auth.secrets.provider'];
  if ((provider === 'aws_sm' || provider === 'file') && !service.entry('auth.secrets.secret_id')) {
    service.reportMissing('auth.secrets.secret_id', `is required with the provider ${provider}`);
  }
  if (provider === 'aws_sm' && !service.entry('auth.secrets.region')) {
    service.reportMissing('auth.secrets.region', 'is required with the provider aws_sm');
  }
}

/** A template of the service, and the line it comes from. */
interface Use {
  readonly key: ServiceKey;
  readonly template: Template;
  readonly member?: MemberName;
}

function checkVariables(service: ServiceDraft): void {
  const { settings } = service;
  const single = (key: ServiceKey, template: Template | undefined): Use[] =>
    template === undefined ? [] : [{ key, template }];
  const family = (key: ServiceKey, templates: readonly NamedTemplate[] = []): Use[] =>
    templates.map(({ name, template }) => ({ key, template, member: { name } }));
  const uses = [
    ...single('base_url', settings.base_url),
    ...single('auth.fetch.url', settings['auth.fetch.url']),
    ...family('auth.fetch.body.$key', settings['auth.fetch.body']),
    ...family('auth.fetch.headers.$key', settings['auth.fetch.headers']),
    ...single('auth.fetch.basic_auth.username', settings['auth.fetch.basic_auth.username']),
    ...single('auth.fetch.basic_auth.password', settings['auth.fetch.basic_auth.password']),
  ];
  const defined = definedVariables(service);
  for (const use of uses) {
    if (!reportUndefined(service, use, defined)) continue;
    if (use.key === 'base_url') reportBadUrl(service, use, (value) => value);
    // In the token request a variable is text that fills a place in the URL (spec §3): it is percent-encoded.
    if (use.key === 'auth.fetch.url') {
      reportBadUrl(service, use, (value) => encodeURIComponent(value.toWellFormed()));
    }
  }
}

function definedVariables(service: ServiceDraft): ReadonlySet<string> {
  return new Set([...service.members('auth.vars.$var'), ...service.members('auth.secrets.vars.$var')]);
}

/** @returns true where every variable is defined. A variable is named by its place: its name is part of the value. */
function reportUndefined(
  service: ServiceDraft,
  { key, template, member }: Use,
  defined: ReadonlySet<string>,
): boolean {
  const variables = variablesOf(template);
  const missing = variables.findIndex(({ name, fallback }) => fallback === undefined && !defined.has(name));
  if (missing < 0) return true;
  const which = variables.length === 1 ? 'the variable' : `variable ${missing + 1}`;
  const known = [...defined].filter((name) => name !== 'token');
  const allowed =
    known.length === 0 ? 'auth.vars and auth.secrets.vars define none' : `defined are: ${known.join(', ')}`;
  service.report(
    key,
    variables[missing]?.name === 'token'
      ? '{{token}} can stand in auth.apply.format only, unless auth.vars.token defines it'
      : `${which} in this value is defined by nothing; ${allowed}`,
    member,
  );
  return false;
}

function reportBadUrl(
  service: ServiceDraft,
  { key, template }: Use,
  encode: (value: string) => string,
): void {
  const fromSecrets = service.members('auth.secrets.vars.$var');
  const lookUp = ({ name, fallback }: Variable) => {
    if (fromSecrets.has(name)) return undefined;
    const value = service.settings['auth.vars']?.get(name) ?? fallback;
    return value === undefined ? undefined : encode(value);
  };
  try {
    checkUrl(template, lookUp);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    service.report(key, error.message);
  }
}

/** What is sent to the upstream: `auth.apply.*` and the token in it. */
function checkCredential(service: ServiceDraft): void {
  const { settings } = service;
  const format = settings['auth.apply.format'];
  const placement = settings['auth.apply.placement'];
  const fetches = service.hasAny('auth.fetch');
  const defined = definedVariables(service);
  if (placement === 'query_param' && service.entry('auth.apply.name') === undefined) {
    service.notify(
      'auth.apply.placement',
      'without auth.apply.name the query parameter is called Authorization',
    );
  }
  if (placement === 'header') checkHeaderName(service);
  if (!fetches && !defined.has('token')) {
    if (service.hasAny('auth.apply')) {
      service.reportMissing(
        'auth.vars.token',
        'auth.apply has no token: set auth.vars.token, or auth.fetch.url',
      );
    }
    return;
  }
  if (format === undefined) return;
  if (
    !reportUndefined(service, { key: 'auth.apply.format', template: format }, new Set([...defined, 'token']))
  )
    return;
  const token = settings['auth.vars']?.get('token');
  if (fetches || token === undefined || service.members('auth.secrets.vars.$var').has('token')) return;
  if (token === '') service.report('auth.vars.$var', 'the token is empty', { name: 'token' });
  if (placement !== 'header') return;
  // Every variable of the format ends up in the header, the token among them.
  const used = ['token', ...variablesOf(format).map(({ name }) => name)];
  for (const name of new Set(used)) {
    if (isFieldValue(settings['auth.vars']?.get(name) ?? '')) continue;
    service.report('auth.vars.$var', 'holds a character that cannot stand in a header', { name });
  }
}

function checkHeaderName(service: ServiceDraft): void {
  const { 'auth.apply.name': name, 'auth.apply.format': format } = service.settings;
  try {
    if (name !== undefined) headerName.parse(name, { directory: '', readFile: () => '' });
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    service.report('auth.apply.name', error.message);
  }
  const texts = format?.parts.filter((part) => typeof part === 'string') ?? [];
  if (!texts.every(isFieldValue)) {
    service.report(
      'auth.apply.format',
      'a header may hold Latin-1 characters only, and no line breaks or control characters',
    );
  }
}
