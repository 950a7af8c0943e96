import { resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import { checkAcross } from './checks/cross-checks.js';
import { readSecurity } from './checks/security-checks.js';
import { readDrafts } from './drafts.js';
import { sortEntries } from './match-entries.js';
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
import { notifyPending, refuseAttached } from './unimplemented-keys.js';

export type { LoadedConfig } from './model.js';

/** What a configuration is read from, besides its file. */
export interface ConfigSource {
  /** What `${ENV}` is taken from. */
  readonly env: Environment;
  /** How files are read, certificates too; default: from the disk. */
  readonly readFile?: ReadFile;
}

/**
 * Reads `bondy.conf` and all it includes.
 *
 * @param path absolute, or relative to the working directory; messages name files as this begins.
 * @throws ConfigError with every problem found. Nothing else is ever thrown.
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
 * Reads a configuration from a text. Without a file it can include nothing, and paths in it are relative to the working
 * directory.
 *
 * @param source.file the file that the text is taken to stand in.
 * @throws ConfigError as loadConfig does.
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

/** What messages call a text that stands in no file. */
const UNNAMED = 'bondy.conf';

interface Job {
  readonly file: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly read: (problems: Problems) => readonly Entry[];
}

/** From text to model, each step once. Only the last one may rely on every value being there. */
function build({ file, env, readFile, read }: Job): LoadedConfig {
  const files = new Map<string, number>();
  const problems = createProblems(files);
  const notices = createProblems(files);
  const raw = sortEntries(read(problems), problems, notices);
  const draft = readDrafts(raw, { env, readFile, problems, notices });
  checkAcross(draft, readFile);
  const securityFile = readSecurity(draft, { readFile, problems, notices });
  refuseAttached(draft);
  const pending = notifyPending(raw, draft, notices);
  const found = problems.sorted();
  if (found.length > 0) throw new ConfigError(found, notices.sorted());
  if (draft.services.length === 0 && draft.security.entry('config_file') === undefined) {
    notices.add({ file, line: 0 }, '', 'no service is defined, so there is nothing to call');
  }
  return resolveConfig(draft, securityFile, { notices: notices.sorted(), pending });
}
