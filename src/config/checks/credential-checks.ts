import type { ServiceDraft } from '../drafts.js';
import { isFieldValue } from '../types/http-fields.js';
import { headerName } from '../types/http-types.js';
import { variablesOf } from '../types/template.js';
import { ValueError } from '../types/value-error.js';
import { variablesOfCalls } from './service-variable-checks.js';
import { definedVariables, reportUndefined, valueAtLoad } from './variable-checks.js';

/** Checks what is sent to the upstream: `auth.apply.*` and the token in it. */
export function checkCredential(service: ServiceDraft): void {
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
  const known = new Set([...defined, 'token']);
  if (!reportUndefined(service, { key: 'auth.apply.format', template: format }, known)) return;
  const used = variablesOf(format).map(({ name }) => name);
  if (!fetches && isInBaseUrl(service)) notifyPlacedAlready(service);
  else if (!used.includes('token')) {
    service.notify('auth.apply.format', 'holds no {{token}}, so the token is never sent');
  }
  const isStatic = !fetches && !service.members('auth.secrets.vars.$var').has('token');
  if (isStatic && settings['auth.vars']?.get('token') === '') {
    service.report('auth.vars.$var', 'the token is empty', { name: 'token' });
  }
}

/** Some APIs have their key in the path (`https://api.example.com/bot{{token}}`). */
function isInBaseUrl({ settings }: ServiceDraft): boolean {
  return (
    settings.base_url !== undefined && variablesOf(settings.base_url).some(({ name }) => name === 'token')
  );
}

function notifyPlacedAlready(service: ServiceDraft): void {
  const keys = ['auth.apply.placement', 'auth.apply.name', 'auth.apply.format'] as const;
  const key = keys.find((each) => service.entry(each) !== undefined);
  if (key !== undefined) service.notify(key, 'has no effect: {{token}} stands in base_url already');
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

/** What variables bring into a header, be it the token request's or the credential's, as far as it is known at load. */
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
    // {{token}} is what is fetched, and judged when it is there.
    if (name === 'token' && service.hasAny('auth.fetch')) continue;
    if (isFieldValue(valueAtLoad(service, { name, fallback: undefined }) ?? '')) continue;
    service.report('auth.vars.$var', 'holds a character that cannot stand in a header', { name });
  }
}
