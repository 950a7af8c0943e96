import type { ServiceDraft } from '../drafts.js';
import { isFieldValue } from '../types/http-fields.js';
import { headerName } from '../types/http-types.js';
import { variablesOf } from '../types/template.js';
import { ValueError } from '../types/value-error.js';
import { variablesOfCalls } from './service-variable-checks.js';
import { definedVariables, reportUndefined, valueAtLoad } from './variable-checks.js';

/** Checks the credential that the upstream receives: `auth.apply.*` and the token. */
export function checkCredential(service: ServiceDraft): void {
  const { settings } = service;
  const format = settings['auth.apply.format'];
  const placement = settings['auth.apply.placement'];
  const fetches = service.hasAny('auth.fetch');
  const defined = definedVariables(service);
  if (placement === 'query_param' && service.entry('auth.apply.name') === undefined) {
    service.notify(
      'auth.apply.placement',
      'without auth.apply.name, the name of the query parameter is Authorization',
    );
  }
  if (placement === 'header') checkHeaderName(service);
  if (!fetches && !defined.has('token')) {
    if (service.hasAny('auth.apply')) {
      service.reportMissing(
        'auth.vars.token',
        'auth.apply has no token: set auth.vars.token or auth.fetch.url',
      );
    }
    return;
  }
  if (format === undefined) return;
  const known = new Set([...defined, 'token']);
  if (!reportUndefined(service, { key: 'auth.apply.format', template: format }, known)) return;
  const used = variablesOf(format).map(({ name }) => name);
  if (!fetches && isInBaseUrl(service)) notifyPlacedAlready(service);
  else if (!used.includes('token')) {
    service.notify('auth.apply.format', 'does not contain {{token}}, so the token is never sent');
  }
  const isStatic = !fetches && !service.members('auth.secrets.vars.$var').has('token');
  if (isStatic && settings['auth.vars']?.get('token') === '') {
    service.report('auth.vars.$var', 'the token is empty', { name: 'token' });
  }
}

/** Some APIs expect the key in the path (`https://api.example.com/bot{{token}}`). */
function isInBaseUrl({ settings }: ServiceDraft): boolean {
  return (
    settings.base_url !== undefined && variablesOf(settings.base_url).some(({ name }) => name === 'token')
  );
}

function notifyPlacedAlready(service: ServiceDraft): void {
  const keys = ['auth.apply.placement', 'auth.apply.name', 'auth.apply.format'] as const;
  const key = keys.find((each) => service.entry(each) !== undefined);
  if (key !== undefined) service.notify(key, 'has no effect: base_url already contains {{token}}');
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
      'a header may contain only Latin-1 characters, without line breaks and control characters',
    );
  }
}

/**
 * Checks the values of variables in headers of the token request, the credential and calls, as far
 * as they are known at load.
 */
export function checkHeaderValues(service: ServiceDraft): void {
  const { settings } = service;
  const { 'auth.apply.format': format, 'auth.fetch.headers': headers = [] } = settings;
  const templates = headers.map(({ template }) => template);
  if (format !== undefined && settings['auth.apply.placement'] === 'header') templates.push(format);
  const names = [
    ...templates.flatMap((template) => variablesOf(template).map(({ name }) => name)),
    ...variablesOfCalls(service, { inHeader: true }),
  ];
  for (const name of new Set(names)) {
    // {{token}} is the fetched token, which is checked when it arrives.
    if (name === 'token' && service.hasAny('auth.fetch')) continue;
    if (isFieldValue(valueAtLoad(service, { name, defaultText: undefined }) ?? '')) continue;
    service.report('auth.vars.$var', 'contains a character that is not allowed in a header', { name });
  }
}
