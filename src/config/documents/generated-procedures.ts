import { type Operation, type OperationHead, operationText } from '../../openapi/model/api-model.js';
import { nameOperation, type OperationName } from '../../openapi/names/operation-names.js';
import { compilePattern, isSelected, type OperationPattern } from '../../openapi/names/select-operations.js';
import type { RawScope } from '../match-entries.js';
import type { ProcedureDraft } from '../procedure-draft.js';
import { type Draft, type ReadContext, readSettings } from '../read-settings.js';
import { PROCEDURE_KEYS } from '../schema/procedure.js';
import type { SERVICE_KEYS } from '../schema/service.js';
import type { Template } from '../types/template.js';
import type { ServiceDocument } from './read-documents.js';

type ServiceSettingsDraft = Draft<typeof SERVICE_KEYS>;

/** The keys of procedures without required ones. The operation gives the values of those. */
const GENERATED_SCOPE = {
  keys: {
    ...PROCEDURE_KEYS,
    uri: { ...PROCEDURE_KEYS.uri, required: undefined },
    realm: { ...PROCEDURE_KEYS.realm, required: undefined },
  } as unknown as typeof PROCEDURE_KEYS,
};

/**
 * Makes a procedure of each selected operation. The keys `procedures.$id.*` of the service override
 * single values.
 *
 * @param raw the procedures of the file by name
 */
export function generateProcedures(
  service: ServiceSettingsDraft,
  document: ServiceDocument,
  raw: ReadonlyMap<string, RawScope>,
  context: ReadContext,
): readonly ProcedureDraft[] {
  const { model, shown } = document;
  const include = patternsOf(service, 'openapi.include', model);
  const exclude = patternsOf(service, 'openapi.exclude', model);
  const isWanted = (operation: OperationHead) => isSelected(operation, include, exclude);
  const naming = service.settings['openapi.naming'] ?? 'operation_id';
  for (const unusable of model.unusable.filter(isWanted)) {
    const place = { file: shown(unusable.file), line: unusable.line };
    if (unusable.isMistake) context.problems.add(place, operationText(unusable), unusable.reason);
    else context.notices.add(place, operationText(unusable), `is left out: ${unusable.reason}`);
  }
  const wanted = new Set(model.operations.filter(isWanted).map(operationText));
  for (const { file, line, subject, message } of model.remarks) {
    if (!wanted.has(subject)) continue;
    context.notices.add({ file: shown(file), line }, subject, message);
  }
  return model.operations.filter(isWanted).map((operation) => {
    const name = nameOperation(operation, naming);
    return generateProcedure(service, operation, name, raw.get(name.id), { context, document });
  });
}

function patternsOf(
  service: ServiceSettingsDraft,
  key: 'openapi.include' | 'openapi.exclude',
  { operations, unusable }: ServiceDocument['model'],
): readonly OperationPattern[] {
  const patterns = (service.settings[key] ?? []).map(compilePattern);
  for (const pattern of patterns) {
    if ([...operations, ...unusable].some((operation) => pattern.matches(operation))) continue;
    service.notify(key, `the pattern ${pattern.source} matches no operation of the document`);
  }
  return patterns;
}

function generateProcedure(
  service: ServiceSettingsDraft,
  operation: Operation,
  { id, uri }: OperationName,
  overrides: RawScope | undefined,
  { context, document }: { readonly context: ReadContext; readonly document: ServiceDocument },
): ProcedureDraft {
  const { entry } = document;
  const path = `${entry.key.slice(0, -'.openapi.file'.length)}.procedures.${id}`;
  const raw = overrides ?? { name: id, path, first: entry, values: new Map() };
  const place = { file: document.shown(operation.file), line: operation.line };
  const draft: ProcedureDraft = {
    ...readSettings(GENERATED_SCOPE, raw, context),
    name: id,
    operation,
    noteOperation: (message) => context.notices.add(place, operationText(operation), message),
    reportOperation: (message) => context.problems.add(place, operationText(operation), message),
  };
  const { settings } = draft;
  const prefix = service.settings['openapi.uri_prefix'] ?? service.name;
  const realm = settings.realm ?? service.settings['openapi.realm'];
  return {
    ...draft,
    // Assigned in place, because a copy would lose the settings that are not enumerable.
    settings: Object.assign(settings, {
      uri: settings.uri ?? `${prefix}.${uri}`,
      ...(realm !== undefined && { realm }),
      ...(draft.entry('method') === undefined && { method: operation.method }),
      ...(draft.entry('path') === undefined && { path: shownPath(operation) }),
    }),
  };
}

/** The path for logs, lists and metrics. The operation itself fills the variables of requests. */
function shownPath({ path }: Operation): Template {
  const text = path.replace(/\{([^{}]*)\}/g, '{{$1}}');
  return { source: text, parts: [text] };
}
