import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServiceDraft } from '../drafts.js';
import type { ReadFile } from '../syntax/includes.js';
import { regionOfSecret } from '../types/aws-types.js';
import { fileError } from '../types/datatypes.js';
import { variablesOf } from '../types/template.js';
import { variablesOfCalls } from './service-variable-checks.js';
import { variableUses } from './variable-checks.js';
import { checkForeignVaultKeys, checkVault } from './vault-checks.js';

/**
 * Checks the keys under `auth.secrets` against each other, and notes variables that nothing uses.
 */
export function checkSecrets(service: ServiceDraft, readFile: ReadFile): void {
  if (!service.hasAny('auth.secrets')) return;
  if (service.entry('auth.secrets.provider') === undefined) {
    service.reportMissing(
      'auth.secrets.provider',
      'is required if any auth.secrets key is set: aws_sm, file, env or vault',
    );
  }
  const provider = service.settings['auth.secrets.provider'];
  if (provider !== 'vault') checkForeignVaultKeys(service);
  if (provider !== undefined) checkProvider(service, provider, readFile);
  notifyUnused(service);
}

type ProviderName = NonNullable<ServiceDraft['settings']['auth.secrets.provider']>;
type ProviderKey = 'auth.secrets.secret_id' | 'auth.secrets.region';

/** The keys that not every provider uses. */
interface ProviderRules {
  /** For each key: `required`, or why the provider ignores it. */
  readonly keys: Readonly<Record<ProviderKey, { readonly kind: 'required' } | Ignored>>;
  readonly check: (service: ServiceDraft, readFile: ReadFile) => void;
}

interface Ignored {
  readonly kind: 'ignored';
  readonly why: string;
}

const REQUIRED = { kind: 'required' } as const;
const noRegions = (provider: string): Ignored => ({
  kind: 'ignored',
  why: `the provider ${provider} has no regions`,
});

/** A provider without an entry here does not compile. */
const PROVIDERS: Readonly<Record<ProviderName, ProviderRules>> = {
  aws_sm: {
    keys: { 'auth.secrets.secret_id': REQUIRED, 'auth.secrets.region': REQUIRED },
    check: notifyOtherRegion,
  },
  file: {
    keys: { 'auth.secrets.secret_id': REQUIRED, 'auth.secrets.region': noRegions('file') },
    check: checkSecretFiles,
  },
  env: {
    keys: {
      'auth.secrets.secret_id': {
        kind: 'ignored',
        why: 'with the provider env, auth.secrets.vars.NAME.field is the name of an environment variable',
      },
      'auth.secrets.region': noRegions('env'),
    },
    check: checkEnvironment,
  },
  vault: {
    keys: { 'auth.secrets.secret_id': REQUIRED, 'auth.secrets.region': noRegions('vault') },
    check: checkVault,
  },
};

function checkProvider(service: ServiceDraft, provider: ProviderName, readFile: ReadFile): void {
  const { keys, check } = PROVIDERS[provider];
  for (const key of ['auth.secrets.secret_id', 'auth.secrets.region'] as const) {
    const rule = keys[key];
    const isSet = service.entry(key) !== undefined;
    if (rule.kind === 'required' && !isSet) {
      service.reportMissing(key, `is required with the provider ${provider}`);
    }
    if (rule.kind === 'ignored' && isSet) service.notify(key, `is ignored: ${rule.why}`);
  }
  check(service, readFile);
}

function checkEnvironment(service: ServiceDraft): void {
  for (const [name, { field }] of service.settings['auth.secrets.vars'] ?? []) {
    if (field !== '.') continue;
    service.report(
      'auth.secrets.vars.$var',
      'must be the name of an environment variable with the provider env, not .',
      { name, field: 'field' },
    );
  }
}

function notifyOtherRegion(service: ServiceDraft): void {
  const { 'auth.secrets.secret_id': secretId = '', 'auth.secrets.region': region } = service.settings;
  const named = regionOfSecret(secretId);
  if (region === undefined || named === undefined || named === region) return;
  service.notify(
    'auth.secrets.region',
    'differs from the region in the ARN of auth.secrets.secret_id; the gateway reads the secret in this region',
  );
}

const UNTIL_READABLE = 'calls fail with status 503 until it is readable';

/** An unreadable file is only a notice: the secret may be mounted after the gateway starts. */
function checkSecretFiles(service: ServiceDraft, readFile: ReadFile): void {
  const key = 'auth.secrets.secret_id';
  const path = service.settings[key];
  const entry = service.entry(key);
  if (path === undefined || entry === undefined || !service.hasAny('auth.secrets.vars.$var')) return;
  const absolute = resolve(entry.directory, path);
  if (isFolder(absolute)) {
    checkFilesOf(service, absolute, readFile);
    return;
  }
  const error = readError(absolute, readFile);
  if (error === undefined) return;
  service.notify(key, `${error}; ${UNTIL_READABLE} (a path is relative to the configuration file)`);
}

/** Checks the files of a folder. Each field is the name of a file in it. */
function checkFilesOf(service: ServiceDraft, folder: string, readFile: ReadFile): void {
  for (const [name, { field }] of service.settings['auth.secrets.vars'] ?? []) {
    if (field === undefined) continue;
    const member = { name, field: 'field' };
    if (field === '.' || field === '..' || /[/\\\0]/.test(field)) {
      service.report(
        'auth.secrets.vars.$var',
        'must be the name of a file, because auth.secrets.secret_id is a folder',
        member,
      );
      continue;
    }
    const error = readError(join(folder, field), readFile);
    if (error === undefined) continue;
    service.notify(
      'auth.secrets.vars.$var',
      `${error} in the folder of auth.secrets.secret_id; ${UNTIL_READABLE}`,
      member,
    );
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function readError(path: string, readFile: ReadFile): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    // Reading a named pipe may block forever.
    if (found !== undefined && !found.isFile() && !found.isDirectory()) return 'this is not a file';
    readFile(path);
    return undefined;
  } catch (error) {
    return fileError(error);
  }
}

function notifyUnused(service: ServiceDraft): void {
  const names = service.members('auth.secrets.vars.$var');
  if (names.size === 0) {
    service.notify(
      'auth.secrets.provider',
      'no variable uses the secret, so it is not read: add auth.secrets.vars.NAME.field, which defines {{NAME}}',
    );
  }
  if (hasWrongTemplates(service)) return;
  const used = usedVariables(service);
  for (const name of names) {
    if (used.has(name)) continue;
    const why =
      name === 'token' && service.hasAny('auth.fetch')
        ? '{{token}} in auth.apply.format is the fetched token'
        : 'no value contains this variable';
    service.notify('auth.secrets.vars.$var', `is not used: ${why}`, { name, field: 'field' });
  }
}

function usedVariables(service: ServiceDraft): ReadonlySet<string> {
  const format = service.settings['auth.apply.format'];
  const inFormat = format === undefined ? [] : variablesOf(format).map(({ name }) => name);
  const fetches = service.hasAny('auth.fetch');
  return new Set([
    ...variableUses(service).flatMap(({ template }) => variablesOf(template).map(({ name }) => name)),
    ...variablesOfCalls(service),
    // With auth.fetch, {{token}} in the format is the fetched token, not a secret.
    ...inFormat.filter((name) => name !== 'token' || !fetches),
  ]);
}

/** Tells whether a template is malformed. A malformed template may use any variable. */
function hasWrongTemplates({ settings, entry, members }: ServiceDraft): boolean {
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
