import { readFileSync } from 'node:fs';
import type { LoadedConfig } from '../../src/config/model.js';
import type { CorpusDocument } from './documents.js';
import type { RecordedCall } from './record-requests.js';
import type { DocumentResult, OperationFault } from './report.js';

/** Sums up what came out for a document. */
export function resultOf(
  { name, path }: CorpusDocument,
  config: LoadedConfig,
  calls: readonly RecordedCall[],
  problems: ReadonlyMap<RecordedCall, readonly string[]>,
): DocumentResult {
  const leftOut = config.notices.flatMap(({ key, message }): OperationFault[] => {
    const [, operation, reason] = /^([A-Z]+ \S+): is left out: (.*)$/.exec(`${key}: ${message}`) ?? [];
    return operation === undefined || reason === undefined ? [] : [{ operation, reason }];
  });
  const byOperation = new Map<string, RecordedCall[]>();
  for (const call of calls) {
    const operation = `${call.method.toUpperCase()} ${call.path}`;
    byOperation.set(operation, [...(byOperation.get(operation) ?? []), call]);
  }
  const faults = [...byOperation].flatMap(([operation, both]): OperationFault[] => {
    const [reason] = both.flatMap((call) => faultsOf(call, problems.get(call) ?? []));
    return reason === undefined ? [] : [{ operation, reason }];
  });
  const isCallable = (both: readonly RecordedCall[]) => both.every(({ outcome }) => outcome.kind === 'sent');
  return {
    name,
    version: versionOf(path),
    operations: config.services[0]?.document?.operationCount ?? 0,
    callable: [...byOperation.values()].filter(isCallable).length,
    right: byOperation.size - faults.length,
    faults: [...leftOut, ...faults],
  };
}

function faultsOf({ fill, outcome }: RecordedCall, problems: readonly string[]): readonly string[] {
  if (outcome.kind === 'none') return [outcome.reason];
  return problems.length === 0
    ? []
    : [`with ${fill === 'all' ? 'everything' : 'what is required'}: ${problems.join('; ')}`];
}

function versionOf(path: string): string {
  const text = readFileSync(path, 'utf8');
  return /["']?(?:openapi|swagger)["']?:\s*["']?(\d\.\d)/.exec(text)?.[1] ?? '';
}
