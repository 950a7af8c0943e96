import { resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import { checkAcross } from './checks/cross-checks.js';
import { readSecurity } from './checks/security-checks.js';
import { readDrafts } from './drafts.js';
import { matchEntries } from './match-entries.js';
import type { LoadedConfig } from './model.js';
import { createProblems, type Problems } from './problems.js';
import { resolveConfig } from './resolve.js';
import {
  type Entry,
  type ReadFile,
  readEntries,
  readFromDisk,
  readMainFromDisk,
  readTextEntries,
} from './syntax/includes.js';
import type { Environment } from './syntax/substitution.js';
import { notifyPending } from './unimplemented-keys.js';

export type { LoadedConfig } from './model.js';

/**
 * The environment and the files from which a configuration is read.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { type ConfigSource, loadConfig } from 'wamp-rpc-gateway';
 *
 * const source: ConfigSource = {
 *   env: { ...process.env, BILLING_URL: 'https://billing.example.com/api' },
 *   readFile: (path) => {
 *     console.log(`reads ${path}`);
 *     return readFileSync(path, 'utf8');
 *   },
 * };
 * const config = loadConfig('bondy.conf', source);
 * console.log(config.services.map(({ name }) => name));
 * ```
 */
export interface ConfigSource {
  /** The environment variables for `${ENV}`. */
  readonly env: Environment;
  /**
   * Reads every file: the configuration, what it includes, and certificates. Default: from the
   * disk.
   */
  readonly readFile?: ReadFile;
}

/**
 * Reads `bondy.conf` and all files that it includes.
 *
 * @param path absolute, or relative to the working directory. Messages name the file by this path
 * @throws ConfigError with every problem that was found. It throws nothing else.
 *
 * @example
 * ```ts
 * import { loadConfig } from 'wamp-rpc-gateway';
 *
 * const config = loadConfig('bondy.conf', { env: process.env });
 * for (const service of config.services) {
 *   for (const { settings } of service.procedures) console.log(settings.realm, settings.uri);
 * }
 * ```
 */
export function loadConfig(path: string, source: ConfigSource): LoadedConfig {
  const { env, readFile = readFromDisk } = source;
  const readMain = source.readFile ?? readMainFromDisk;
  return build({
    file: path,
    env,
    readFile,
    read: (problems) => readEntries(path, { env, readFile, readMain, problems }),
  });
}

/**
 * Reads a configuration from a text. Without `source.file` the text cannot include files, and its
 * paths are relative to the working directory.
 *
 * @param source.file a path. The text replaces the content of this file
 * @throws ConfigError with every problem that was found. It throws nothing else.
 *
 * @example
 * ```ts
 * import { parseConfig } from 'wamp-rpc-gateway';
 *
 * const text = `
 * rpc_gateway.services.shop.base_url = https://shop.example.com/api
 * rpc_gateway.services.shop.procedures.get_item.uri = com.shop.get_item
 * rpc_gateway.services.shop.procedures.get_item.realm = com.example.myrealm
 * rpc_gateway.services.shop.procedures.get_item.path = /items/{{id}}
 * `;
 * const config = parseConfig(text, { env: {} });
 * console.log(config.realms);
 * ```
 */
export function parseConfig(text: string, source: ConfigSource & { readonly file?: string }): LoadedConfig {
  const { env, file, readFile = readFromDisk } = source;
  if (file === undefined) {
    const read = (problems: Problems) => readTextEntries(text, UNNAMED, problems);
    return build({ file: UNNAMED, env, readFile, read });
  }
  const readTextFirst: ReadFile = (path) => (path === resolve(file) ? text : readFile(path));
  return build({
    file,
    env,
    readFile,
    read: (problems) => readEntries(file, { env, problems, readFile: readTextFirst }),
  });
}

/** The name for messages of a text that is not in a file. */
const UNNAMED = 'bondy.conf';

interface Job {
  readonly file: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly read: (problems: Problems) => readonly Entry[];
}

/** The steps from text to model. Only the last step may rely on complete values. */
function build({ file, env, readFile, read }: Job): LoadedConfig {
  const files = new Map<string, number>();
  const problems = createProblems(files);
  const notices = createProblems(files);
  const raw = matchEntries(read(problems), problems, notices);
  const draft = readDrafts(raw, { env, readFile, problems, notices });
  checkAcross(draft, readFile);
  const securityFile = readSecurity(draft, { readFile, problems, notices });
  const pending = notifyPending(raw, draft, notices);
  const found = problems.sorted();
  if (found.length > 0) throw new ConfigError(found, notices.sorted());
  if (draft.services.length === 0 && draft.security.entry('config_file') === undefined) {
    notices.add({ file, line: 0 }, '', 'no service is defined, so there is nothing to call');
  }
  return resolveConfig(draft, securityFile, { notices: notices.sorted(), pending });
}
