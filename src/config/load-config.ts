import { ConfigError } from '../errors.js';
import { checkAcross } from './cross-checks.js';
import { readDrafts } from './drafts.js';
import { type Entry, type ReadFile, readEntries, readFromDisk, readTextEntries } from './includes.js';
import type { LoadedConfig } from './model.js';
import { notifyPending } from './pending.js';
import { createProblems, type Problems } from './problems.js';
import { resolveConfig } from './resolve.js';
import { sortEntries } from './sort-entries.js';
import type { Environment } from './substitution.js';

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
  const readFile = source.readFile ?? readFromDisk;
  return build(
    (problems) => readEntries(path, { env: source.env, readFile, problems }),
    source.env,
    readFile,
  );
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
  if (file !== undefined) {
    return build(
      (problems) => readEntries(file, { env, problems, readFile: onlyFirst(text, readFile) }),
      env,
      readFile,
    );
  }
  return build((problems) => readTextEntries(text, 'bondy.conf', { env, problems }), env, readFile);
}

/** The first file read is the text itself; those that it includes are real. */
function onlyFirst(text: string, readFile: ReadFile): ReadFile {
  let given = false;
  return (path) => {
    if (given) return readFile(path);
    given = true;
    return text;
  };
}

function build(
  read: (problems: Problems) => readonly Entry[],
  env: Environment,
  readFile: ReadFile,
): LoadedConfig {
  const files = new Map<string, number>();
  const problems = createProblems(files);
  const notices = createProblems(files);
  const raw = sortEntries(read(problems), problems, notices);
  const draft = readDrafts(raw, { env, readFile, problems, notices });
  checkAcross(draft);
  notifyPending(raw, draft, notices);
  const found = problems.sorted();
  if (found.length > 0) throw new ConfigError(found);
  return resolveConfig(draft, notices.sorted());
}
