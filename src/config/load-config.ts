import { resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import { checkAcross } from './checks/cross-checks.js';
import { readSecurity } from './checks/security-checks.js';
import { readDrafts } from './drafts.js';
import { matchEntries } from './match-entries.js';
import type { LoadedConfig } from './model.js';
import { createProblems } from './problems.js';
import { createSourceRecorder, type SourceRecorder } from './record-sources.js';
import { resolveConfig } from './resolve.js';
import {
  type Entry,
  type EntrySource,
  type ReadFile,
  readEntries,
  readFromDisk,
  readMainFromDisk,
  readTextEntries,
} from './syntax/includes.js';
import type { Environment } from './syntax/substitution.js';
import { collectWrittenKeys } from './written-keys.js';

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
  const recorder = createSourceRecorder();
  const readMain = recorder.record(source.readFile ?? readMainFromDisk);
  return build({
    file: path,
    env,
    readFile,
    recorder,
    read: (source) => readEntries(path, { ...source, readMain }),
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
  const recorder = createSourceRecorder();
  if (file === undefined) {
    recorder.addText(UNNAMED, text);
    const read = ({ problems }: EntrySource) => readTextEntries(text, UNNAMED, problems);
    return build({ file: UNNAMED, env, readFile, recorder, read });
  }
  const readTextFirst = recorder.record((path) => (path === resolve(file) ? text : readFile(path)));
  return build({
    file,
    env,
    readFile,
    recorder,
    read: (source) => readEntries(file, { ...source, readFile: readTextFirst }),
  });
}

/** The name for messages of a text that is not in a file. */
const UNNAMED = 'bondy.conf';

interface Job {
  readonly file: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly recorder: SourceRecorder;
  readonly read: (source: EntrySource) => readonly Entry[];
}

/** The steps from text to model. Only the last step may rely on complete values. */
function build({ file, env, readFile: readUnrecorded, recorder, read }: Job): LoadedConfig {
  const files = new Map<string, number>();
  const problems = createProblems(files);
  const notices = createProblems(files);
  const readFile = recorder.record(readUnrecorded);
  const entries = read({ env, readFile, problems, onFolder: recorder.addFolder });
  const raw = matchEntries(entries, problems, notices);
  const draft = readDrafts(raw, { env, readFile, problems, notices });
  // Secrets are not recorded, because services read them again by themselves.
  checkAcross(draft, readFile, readUnrecorded);
  const securityFile = readSecurity(draft, { readFile, problems, notices });
  const found = problems.sorted();
  const sources = recorder.sources();
  if (found.length > 0) throw new ConfigError(found, notices.sorted(), sources);
  if (draft.services.length === 0 && draft.security.entry('config_file') === undefined) {
    notices.add({ file, line: 0 }, '', 'no service is defined, so there is nothing to call');
  }
  const written = collectWrittenKeys(raw, draft, env);
  return resolveConfig(draft, securityFile, { notices: notices.sorted(), written, sources });
}
