import { dirname, isAbsolute, join, relative } from 'node:path';
import type { ApiModel } from '../../openapi/model/api-model.js';
import type { ReadDocument } from '../../openapi/model/build-model.js';
import { nameOperation } from '../../openapi/names/operation-names.js';
import { entryId, type MatchedEntry, type OperationIds } from '../match-entries.js';
import { createProblems } from '../problems.js';
import { type ReadContext, readSettings } from '../read-settings.js';
import { GATEWAY_PREFIXES } from '../schema/scopes.js';
import { SERVICE_KEYS } from '../schema/service.js';
import { matchKey } from '../schema/spec.js';
import type { Entry } from '../syntax/includes.js';
import { createDocumentReader, type DocumentRequest } from './document-reader.js';

/** The document of a service. */
export interface ServiceDocument {
  /** The line with `openapi.file`. */
  readonly entry: Entry;
  /** Its absolute path. */
  readonly file: string;
  readonly model: ApiModel;
  /** The ids of all operations, for the keys `procedures.$id.*`. */
  readonly ids: ReadonlySet<string>;
  /** The path of one of its files, for messages. */
  shown(file: string): string;
}

/** The documents by the name of their service. Null if a document cannot be used, which is reported. */
export type ServiceDocuments = ReadonlyMap<string, ServiceDocument | null>;

const NEEDED = {
  enabled: SERVICE_KEYS.enabled,
  'openapi.file': SERVICE_KEYS['openapi.file'],
  'openapi.naming': SERVICE_KEYS['openapi.naming'],
};

/**
 * Reads the documents of all services. This comes before all other keys, because the names in
 * `procedures.$id.*` are known only from the documents.
 *
 * @yields what to read. The caller answers with the document.
 */
export function* readDocuments(
  entries: readonly Entry[],
  context: ReadContext,
): Generator<DocumentRequest, ServiceDocuments, ReadDocument> {
  const documents = new Map<string, ServiceDocument | null>();
  for (const [name, values] of entriesOfServices(entries)) {
    // Wrong values are reported when the service is read.
    const quiet = { ...context, problems: createProblems(), notices: createProblems() };
    const scope = { name, path: '', first: undefined, values };
    const { settings, entry: entryOf } = readSettings({ keys: NEEDED }, scope, quiet);
    const entry = entryOf('openapi.file');
    const file = settings['openapi.file'];
    if (entry === undefined || file === undefined || settings.enabled === false) continue;
    const shown = shownBy(entry);
    const read = yield { path: file, readFile: createDocumentReader(file, context.readFile) };
    if (read.kind === 'failed') {
      context.problems.add(
        read.line > 0 ? { file: shown(file), line: read.line } : entry,
        read.line > 0 ? '' : entry.key,
        read.message,
      );
      documents.set(name, null);
      continue;
    }
    const { model } = read;
    const naming = settings['openapi.naming'] ?? 'operation_id';
    const ids = new Set(
      [...model.operations, ...model.unusable].map((each) => nameOperation(each, naming).id),
    );
    documents.set(name, { entry, file, model, ids, shown });
  }
  return documents;
}

export function idsIn(documents: ServiceDocuments): OperationIds {
  return new Map([...documents].map(([name, document]) => [name, document?.ids ?? null]));
}

/** The few entries of services that are needed here. The last entry of a key counts. */
function entriesOfServices(entries: readonly Entry[]): ReadonlyMap<string, Map<string, MatchedEntry>> {
  const services = new Map<string, Map<string, MatchedEntry>>();
  for (const entry of entries) {
    const [prefix, kind, name = '', ...rest] = entry.key.split('.');
    const match = matchKey(NEEDED, rest.join('.'));
    if (kind !== 'services' || match === undefined) continue;
    if (!GATEWAY_PREFIXES.some((each) => each === prefix)) continue;
    const values = services.get(name) ?? new Map<string, MatchedEntry>();
    values.set(entryId(match.key), { entry, match });
    services.set(name, values);
  }
  return services;
}

/** Shows files relative to the configuration, as it names them itself. */
function shownBy({ file, directory }: Entry): (path: string) => string {
  if (isAbsolute(file)) return (path) => path;
  return (path) => join(dirname(file), relative(directory, path));
}
