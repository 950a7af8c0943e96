import type { ServiceDraft } from './drafts.js';
import { variablesOf } from './template.js';
import { variableUses } from './variable-checks.js';

/** Checks the keys under `auth.secrets` against each other, and whether anything uses what they bring. */
export function checkSecrets(service: ServiceDraft): void {
  if (!service.hasAny('auth.secrets')) return;
  if (service.entry('auth.secrets.provider') === undefined) {
    service.reportMissing(
      'auth.secrets.provider',
      'is required where auth.secrets is used: aws_sm, file or env',
    );
  }
  const provider = service.settings['auth.secrets.provider'];
  const secretId = service.entry('auth.secrets.secret_id');
  const region = service.entry('auth.secrets.region');
  if ((provider === 'aws_sm' || provider === 'file') && !secretId) {
    service.reportMissing('auth.secrets.secret_id', `is required with the provider ${provider}`);
  }
  if (provider === 'aws_sm' && !region) {
    service.reportMissing('auth.secrets.region', 'is required with the provider aws_sm');
  }
  if ((provider === 'file' || provider === 'env') && region) {
    service.notify('auth.secrets.region', `is ignored: the provider ${provider} has no regions`);
  }
  if (provider === 'env' && secretId) {
    service.notify(
      'auth.secrets.secret_id',
      'is ignored: with the provider env every auth.secrets.vars.NAME.field names a variable of the environment',
    );
  }
  notifyUnused(service);
}

function notifyUnused(service: ServiceDraft): void {
  const names = service.members('auth.secrets.vars.$var');
  if (names.size === 0) {
    service.notify(
      'auth.secrets.provider',
      'nothing is taken from the secret, so it is not read: add auth.secrets.vars.NAME.field, which makes {{NAME}} a variable',
    );
  }
  if (hasFaults(service)) return;
  const used = usedVariables(service);
  for (const name of names) {
    if (used.has(name)) continue;
    const why =
      name === 'token' && service.hasAny('auth.fetch')
        ? 'where a token is fetched, {{token}} in auth.apply.format is that one'
        : 'no value holds this variable';
    service.notify('auth.secrets.vars.$var', `is used by nothing: ${why}`, { name, field: 'field' });
  }
}

function usedVariables(service: ServiceDraft): ReadonlySet<string> {
  const format = service.settings['auth.apply.format'];
  const inFormat = format === undefined ? [] : variablesOf(format).map(({ name }) => name);
  const fetches = service.hasAny('auth.fetch');
  return new Set([
    ...variableUses(service).flatMap(({ template }) => variablesOf(template).map(({ name }) => name)),
    // Where a token is fetched, {{token}} in the format is that one.
    ...inFormat.filter((name) => name !== 'token' || !fetches),
  ]);
}

/** A template that could not be read may use anything. */
function hasFaults({ settings, entry, members }: ServiceDraft): boolean {
  const singles = [
    'base_url',
    'auth.fetch.url',
    'auth.fetch.basic_auth.username',
    'auth.fetch.basic_auth.password',
    'auth.apply.format',
  ] as const;
  return (
    singles.some((key) => entry(key) !== undefined && settings[key] === undefined) ||
    members('auth.fetch.body.$key').size !== settings['auth.fetch.body']?.length ||
    members('auth.fetch.headers.$key').size !== settings['auth.fetch.headers']?.length
  );
}
