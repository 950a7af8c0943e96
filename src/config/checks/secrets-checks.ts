import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServiceDraft } from '../drafts.js';
import type { ReadFile } from '../syntax/includes.js';
import { regionOfSecret } from '../types/aws-types.js';
import { fileError } from '../types/datatypes.js';
import { variablesOf } from '../types/template.js';
import { variablesOfCalls } from './service-variable-checks.js';
import { variableUses } from './variable-checks.js';

/**
 * Checks the keys under `auth.secrets` against each other, and notes variables that nothing uses.
 */
export function checkSecrets(service: ServiceDraft, readFile: ReadFile): void {
  if (!service.hasAny('auth.secrets')) return;
  if (service.entry('auth.secrets.provider') === undefined) {
    service.reportMissing(
      'auth.secrets.provider',
      'is required if any auth.secrets key is set: aws_sm, file or env',
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
  if (provider === 'aws_sm') notifyOtherRegion(service);
  if (provider === 'file') checkSecretFiles(service, readFile);
  if ((provider === 'file' || provider === 'env') && region) {
    service.notify('auth.secrets.region', `is ignored: the provider ${provider} has no regions`);
  }
  if (provider === 'env') checkEnvironment(service);
  if (provider === 'env' && secretId) {
    service.notify(
      'auth.secrets.secret_id',
      'is ignored: with the provider env, auth.secrets.vars.NAME.field is the name of an environment variable',
    );
  }
  notifyUnused(service);
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
    // Reading a named pipe may block for ever.
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
    // With auth.fetch, {{token}} in the format is the fetched token, not a secret.
    ...variablesOfCalls(service),
    ...inFormat.filter((name) => name !== 'token' || !fetches),
  ]);
}

/** Tells whether a template is malformed. It may use any variable. */
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
