import { parse } from 'node:path';
import { nearestId } from '../config/documents/nearest-id.js';
import { operationPatterns } from '../config/types/operation-patterns.js';
import { checkUrl } from '../config/types/url-types.js';
import { ValueError } from '../config/types/value-error.js';
import { procedureUri, realmName } from '../config/types/wamp-types.js';
import type { ImportedService } from '../import-lines/configuration-text.js';
import type { ImportRules } from '../import-lines/import-operations.js';
import { isValue } from '../import-lines/setting.js';
import { type ApiModel, type OperationHead, operationText } from '../openapi/model/api-model.js';
import type { Naming } from '../openapi/names/operation-names.js';
import { compilePattern, isSelected, type OperationPattern } from '../openapi/names/select-operations.js';
import { visibleText } from './colour.js';
import { CommandFailure, EXIT } from './host.js';

export interface ImportOptions {
  readonly service?: string;
  readonly realm: string;
  readonly uriPrefix?: string;
  readonly baseUrl?: string;
  readonly naming: Naming;
  /** Each is a list, as in the key `openapi.include`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What the options say about the lines, with their defaults. */
export interface ImportTarget extends Omit<ImportedService, 'title'> {
  readonly rules: ImportRules;
}

/** @throws CommandFailure for a wrong option */
export function readImportOptions(file: string, options: ImportOptions, model: ApiModel): ImportTarget {
  const { naming } = options;
  if (!isValue(file))
    throw wrong('FILE', 'the name of the file has characters that a configuration cannot hold');
  const name = options.service ?? parse(file).name.replace(/[^A-Za-z0-9_-]/g, '_');
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw wrong('--service', 'the name of a service may contain only letters, digits, _ and -');
  }
  const realm = text('--realm', options.realm, realmName.parse);
  const uriPrefix = text('--uri-prefix', options.uriPrefix ?? name, procedureUri.parse);
  const baseUrl = baseUrlOf(options.baseUrl, model);
  const include = patternsOf('--include', options.include, model);
  const exclude = patternsOf('--exclude', options.exclude, model);
  const isWanted = (operation: OperationHead) => isSelected(operation, include, exclude);
  if (![...model.operations, ...model.unusable].some(isWanted)) {
    throw new CommandFailure('--include and --exclude select no operation of the document.');
  }
  const baseQuery = new URL(baseUrl).search.slice(1);
  const rules = { isWanted, naming, uriPrefix, baseQuery };
  return { file, name, realm, uriPrefix, baseUrl, isNamedByPath: naming === 'path', rules };
}

const NO_CONTEXT = { directory: '.', readFile: () => undefined };

function text(option: string, value: string, parseText: typeof realmName.parse): string {
  try {
    const parsed = parseText(value, NO_CONTEXT);
    if (isValue(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw wrong(option, error.message);
  }
  throw wrong(option, 'has characters that a configuration cannot hold');
}

function wrong(option: string, why: string): CommandFailure {
  return new CommandFailure(`${option}: ${why}.`, EXIT.usage);
}

/** The option, or the first server of the document. */
function baseUrlOf(option: string | undefined, { servers }: ApiModel): string {
  const server = servers.find((url) => /^https?:\/\//i.test(url) && isUsable(url));
  const url = option ?? server;
  if (url === undefined) {
    throw wrong('--base-url', 'is needed, because the document names no server with a complete URL');
  }
  if (url.includes('{'))
    throw wrong('--base-url', 'must be a URL without variables; add them to the lines afterwards');
  return text('--base-url', url, (value) => {
    checkUrl({ source: '', parts: [value] }, () => undefined);
    return value;
  });
}

function isUsable(url: string): boolean {
  try {
    checkUrl({ source: '', parts: [url] }, () => undefined);
    return !url.includes('{') && isValue(url);
  } catch {
    return false;
  }
}

/** A pattern without a match is a mistake, because the lines would lack what it means. */
function patternsOf(
  option: string,
  lists: readonly string[],
  { operations, unusable }: ApiModel,
): readonly OperationPattern[] {
  const all = [...operations, ...unusable];
  const sources = lists.flatMap((list) => {
    try {
      return operationPatterns.parse(list, NO_CONTEXT);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw wrong(option, error.message);
    }
  });
  return sources.map(compilePattern).map((pattern) => {
    if (all.some((operation) => pattern.matches(operation))) return pattern;
    const near = nearestId(pattern.source, patternsFor(all));
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    throw new CommandFailure(
      visibleText(`${option}: the pattern ${pattern.source} matches no operation of the document.${hint}`),
    );
  });
}

/** The patterns that select an operation by its id, its tags, or its method and path. */
function patternsFor(all: readonly OperationHead[]): readonly string[] {
  return all.flatMap((operation) => [
    ...(operation.operationId === undefined ? [] : [operation.operationId]),
    ...operation.tags.map((tag) => `tag:${tag}`),
    operationText(operation),
  ]);
}
