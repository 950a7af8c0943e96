import { resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import type { ReadDocument } from '../openapi/model/build-model.js';
import { checkAcross } from './checks/cross-checks.js';
import { readSecurity } from './checks/security-checks.js';
import type { DocumentRequest } from './documents/document-reader.js';
import { idsIn, readDocuments } from './documents/read-documents.js';
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

/** Reads a file, as `loadConfig` describes. */
export function fileJob(path: string, source: ConfigSource): LoadJob {
  const { env, readFile = readFromDisk } = source;
  const recorder = createSourceRecorder();
  const readMain = recorder.record(source.readFile ?? readMainFromDisk);
  return {
    file: path,
    env,
    readFile,
    recorder,
    read: (reading) => readEntries(path, { ...reading, readMain }),
  };
}

/** Reads a text, as `parseConfig` describes. */
export function textJob(text: string, source: ConfigSource & { readonly file?: string }): LoadJob {
  const { env, file, readFile = readFromDisk } = source;
  const recorder = createSourceRecorder();
  if (file === undefined) {
    recorder.addText(UNNAMED, text);
    const read = ({ problems }: EntrySource) => readTextEntries(text, UNNAMED, problems);
    return { file: UNNAMED, env, readFile, recorder, read };
  }
  const readTextFirst = recorder.record((path) => (path === resolve(file) ? text : readFile(path)));
  return {
    file,
    env,
    readFile,
    recorder,
    read: (reading) => readEntries(file, { ...reading, readFile: readTextFirst }),
  };
}

/** The name for messages of a text that is not in a file. */
const UNNAMED = 'bondy.conf';

/** What is read, and how. */
export interface LoadJob {
  readonly file: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly recorder: SourceRecorder;
  readonly read: (source: EntrySource) => readonly Entry[];
}

/** A configuration that is being read. It yields the OpenAPI documents that it needs. */
export type LoadSteps = Generator<DocumentRequest, LoadedConfig, ReadDocument>;

/** The steps from text to model. Only the last step may rely on complete values. */
export function* loadSteps({ file, env, readFile: readUnrecorded, recorder, read }: LoadJob): LoadSteps {
  const files = new Map<string, number>();
  const problems = createProblems(files);
  const notices = createProblems(files);
  const readFile = recorder.record(readUnrecorded);
  const entries = read({ env, readFile, problems, onFolder: recorder.addFolder });
  const context = { env, readFile, problems, notices };
  const documents = yield* readDocuments(entries, context);
  const raw = matchEntries(entries, problems, notices, idsIn(documents));
  const draft = readDrafts(raw, context, documents);
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
