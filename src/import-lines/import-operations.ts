import {
  type ApiModel,
  type Operation,
  type OperationHead,
  operationText,
} from '../openapi/model/api-model.js';
import type { SchemaContext } from '../openapi/model/json-types.js';
import { type Naming, nameOperation } from '../openapi/names/operation-names.js';
import { createPatternFinder } from './include-patterns.js';
import { operationSettings } from './operation-settings.js';
import { createProcedureNames } from './procedure-names.js';
import { isValue, type Setting } from './setting.js';

/** What becomes of the operations of a document. Each list is in the order of the document. */
export interface ImportedOperations {
  readonly said: readonly SaidOperation[];
  /** Operations that the document goes on serving. */
  readonly kept: readonly KeptOperation[];
  /** Operations that cannot become procedures. */
  readonly leftOut: readonly LeftOutOperation[];
}

export interface SaidOperation {
  readonly operation: Operation;
  /** In `procedures.NAME.*`. */
  readonly name: string;
  readonly uri: string;
  readonly settings: readonly Setting[];
}

export interface KeptOperation {
  readonly operation: Operation;
  readonly uri: string;
  /** Why plain keys cannot say it, as in `its body …`. */
  readonly reason: string;
  /** Selects the operation and no other, for `openapi.include`. */
  readonly pattern: string;
}

export interface LeftOutOperation {
  readonly operation: OperationHead;
  readonly reason: string;
}

export interface ImportRules {
  readonly isWanted: (operation: OperationHead) => boolean;
  readonly naming: Naming;
  readonly uriPrefix: string;
  /** The query of base_url without its question mark, or ''. */
  readonly baseQuery: string;
}

/** How many schemas are looked at. Beyond that, schemas count as if they allowed everything. */
const MAX_STEPS = 5_000_000;

/** Says each selected operation in plain keys, or tells why they cannot. */
export function importOperations(model: ApiModel, rules: ImportRules): ImportedOperations {
  const { operations, unusable, defs } = model;
  const { isWanted, naming, uriPrefix, baseQuery } = rules;
  const all = [...operations, ...unusable];
  const context: SchemaContext = { defs, budget: { steps: MAX_STEPS } };
  const patternOf = createPatternFinder(all);
  const nameFor = createProcedureNames(all.map((each) => nameOperation(each, naming).id));
  const said: SaidOperation[] = [];
  const kept: KeptOperation[] = [];
  const leftOut: LeftOutOperation[] = unusable
    .filter(isWanted)
    .map((operation) => ({ operation, reason: operation.reason }));
  for (const operation of operations.filter(isWanted)) {
    const { id, uri: part } = nameOperation(operation, naming);
    const uri = `${uriPrefix}.${part}`;
    const result = operationSettings(operation, context, baseQuery);
    if (result.kind === 'said' && isValue(uri)) {
      said.push({ operation, name: nameFor(id), uri, settings: result.settings });
      continue;
    }
    const reason =
      result.kind === 'unsaid' ? result.reason : 'its URI has a character that a line cannot hold';
    const pattern = patternOf(operation);
    if (pattern !== undefined) kept.push({ operation, uri, reason, pattern });
    else leftOut.push({ operation, reason: `${reason}, and no pattern of openapi.include selects it alone` });
  }
  return { said, kept, leftOut };
}

/** Two operations with the same URI. */
export interface UriClash {
  readonly earlier: OperationHead;
  readonly later: OperationHead;
  readonly uri: string;
}

export function uriClashes({ said, kept }: ImportedOperations): readonly UriClash[] {
  const seen = new Map<string, OperationHead>();
  const clashes: UriClash[] = [];
  for (const { operation, uri } of [...said, ...kept]) {
    const earlier = seen.get(uri);
    if (earlier === undefined) seen.set(uri, operation);
    else clashes.push({ earlier, later: operation, uri });
  }
  return clashes;
}

/** As in `POST /pets (addPet)`. */
export function operationTitle(operation: OperationHead): string {
  const { operationId } = operation;
  return operationId === undefined
    ? operationText(operation)
    : `${operationText(operation)} (${operationId})`;
}
