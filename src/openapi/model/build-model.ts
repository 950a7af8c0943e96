import { DocumentError } from '../read/document-error.js';
import {
  child,
  createDocumentFiles,
  type DocumentFiles,
  type Located,
  members,
  own,
  type ReadDocumentFile,
} from '../read/document-files.js';
import { isRecord } from '../read/is-record.js';
import {
  type ApiModel,
  type DocumentProblem,
  METHODS,
  type Operation,
  type OperationHead,
  operationText,
  type UnusableOperation,
} from './api-model.js';
import { readBody, readBodyOf20 } from './bodies.js';
import { buildOperation, type RawOperation } from './build-operation.js';
import type { SchemaContext } from './json-types.js';
import { readParameters, type SecurityNames, securityNames } from './parameters.js';
import { readResponses } from './responses.js';
import { createSchemaStore, type SchemaStore } from './schemas.js';
import { serversOf } from './servers.js';
import { namesIn, type Version } from './upgrade-schema.js';

/** All methods of OpenAPI, in the order in which an operation is numbered. */
const ALL_METHODS = [...METHODS, 'options', 'trace'] as const;

/** Public documents have up to 15,000 operations. Each takes about 20 KB as a procedure. */
const MAX_OPERATIONS = 20_000;
/** The operations of public documents have up to 15,000 kwargs together. */
const MAX_KWARGS = 200_000;
/** How many schemas are looked at for types and fields. Stripe has 60,000 of them. */
const MAX_STEPS = 20_000_000;

interface Reading {
  readonly files: DocumentFiles;
  readonly store: SchemaStore;
  readonly version: Version;
  readonly root: Located;
  readonly security: SecurityNames;
  readonly operations: RawOperation[];
  readonly unusable: UnusableOperation[];
  readonly remarks: DocumentProblem[];
}

/** What was read of a document: its model, or why there is none. */
export type ReadDocument =
  | { readonly kind: 'model'; readonly model: ApiModel }
  | { readonly kind: 'failed'; readonly message: string; readonly line: number };

/**
 * Reads an OpenAPI document, 2.0, 3.0 or 3.1.
 *
 * @param path absolute
 * @param readFile reads the document and the files that it refers to
 */
export function readApiDocument(path: string, readFile: ReadDocumentFile): ReadDocument {
  try {
    return { kind: 'model', model: buildModel(path, createDocumentFiles(readFile)) };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return { kind: 'failed', message: error.message, line: error.line };
  }
}

function buildModel(path: string, files: DocumentFiles): ApiModel {
  const root = files.root(path);
  const version = versionOf(root.value);
  const store = createSchemaStore(files, version);
  const schemes =
    version === '2.0'
      ? child(root, 'securityDefinitions')
      : child(child(root, 'components') ?? root, 'securitySchemes');
  const security = securityNames(schemes, files);
  const reading: Reading = {
    files,
    store,
    version,
    root,
    security,
    operations: [],
    unusable: [],
    remarks: [],
  };
  for (const [template, item] of members(child(root, 'paths'))) {
    if (template.startsWith('/')) readPathItem(template, item, reading);
  }
  store.complete();
  const { defs } = store;
  const context: SchemaContext = { defs, budget: { steps: MAX_STEPS } };
  let kwargs = 0;
  const operations = reading.operations.flatMap((raw) => {
    const operation = finish(raw, reading, context);
    kwargs += (operation?.parameters.length ?? 0) + (operation?.body?.fields?.length ?? 0);
    if (kwargs > MAX_KWARGS) throw new DocumentError(`the operations have more than ${MAX_KWARGS} kwargs`);
    return operation ?? [];
  });
  const title = own(own(root.value, 'info'), 'title');
  return {
    title: typeof title === 'string' ? title : '',
    operations,
    unusable: reading.unusable,
    defs,
    servers: serversOf(root, version),
    remarks: reading.remarks,
  };
}

function versionOf(value: unknown): Version {
  if (!isRecord(value)) throw new DocumentError('the file is not an OpenAPI document: it is not an object');
  const version = String(own(value, 'openapi') ?? own(value, 'swagger') ?? '');
  if (/^2\.0/.test(version)) return '2.0';
  if (/^3\.0\b/.test(version)) return '3.0';
  if (/^3\.[12]\b/.test(version)) return '3.1';
  throw new DocumentError(
    version === ''
      ? 'the file is not an OpenAPI document: it has neither openapi nor swagger at its top'
      : 'the document has another version than 2.0, 3.0 and 3.1',
  );
}

function readPathItem(template: string, node: Located, reading: Reading): void {
  const { files } = reading;
  let item: Located;
  try {
    item = files.follow(node);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const head = { method: '', path: template, operationId: undefined, tags: [] };
    const place = { file: node.file, line: files.lineOf(node) };
    reading.unusable.push({ ...head, ...place, reason: error.message, isMistake: false });
    return;
  }
  for (const method of ALL_METHODS) {
    const operation = child(item, method);
    if (operation !== undefined) readOperation(template, method, operation, item, reading);
  }
  if (reading.operations.length + reading.unusable.length > MAX_OPERATIONS) {
    throw new DocumentError(`the document has more than ${MAX_OPERATIONS} operations`);
  }
}

function readOperation(
  path: string,
  method: (typeof ALL_METHODS)[number],
  given: Located,
  item: Located,
  reading: Reading,
): void {
  const { files, store, version, root, security } = reading;
  let head: OperationHead = {
    method,
    path,
    operationId: undefined,
    tags: [],
    file: given.file,
    line: files.lineOf(given),
  };
  try {
    const node = files.follow(given);
    const { value } = node;
    if (!isRecord(value)) throw new DocumentError('it is not an object');
    const text = (name: string): string | undefined => {
      const found = own(value, name);
      return typeof found === 'string' ? found : undefined;
    };
    head = {
      ...head,
      file: node.file,
      line: files.lineOf(node),
      operationId: text('operationId'),
      tags: namesIn(value['tags']),
    };
    if (method === 'options' || method === 'trace') {
      throw new DocumentError(`procedures cannot have the method ${method.toUpperCase()}`);
    }
    const lists = [child(node, 'parameters'), child(item, 'parameters')];
    const { parameters, ...bodyOf20 } = readParameters(lists, files, store, version, security);
    const listOf = (name: string) => namesIn(value[name] ?? own(root.value, name));
    const body =
      version === '2.0'
        ? readBodyOf20(bodyOf20, listOf('consumes'), store)
        : readBody(child(node, 'requestBody'), files, store);
    const { responses, broken } = readResponses(child(node, 'responses'), listOf('produces'), files, store);
    if (broken !== undefined) remark(reading, head, undescribed(broken));
    reading.operations.push({
      head: { ...head, method },
      texts: {
        summary: text('summary'),
        description: text('description'),
        isDeprecated: value['deprecated'] === true,
      },
      parameters,
      body,
      responses,
      servers: [node, item].map((each) => serversOf(each, version)).find((urls) => urls.length > 0) ?? [],
    });
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    reading.unusable.push({ ...head, reason: error.message, isMistake: false });
  }
}

/** Builds an operation when all schemas are known. */
function finish(raw: RawOperation, reading: Reading, context: SchemaContext): Operation | undefined {
  const { store, unusable } = reading;
  const sent = [...raw.parameters.map(({ schema }) => schema), ...(raw.body ? [raw.body.schema] : [])];
  const reason = dottedPath(raw.head.path) ?? sent.map(store.brokenIn).find((each) => each !== undefined);
  if (reason !== undefined) {
    unusable.push({ ...raw.head, reason, isMistake: false });
    return undefined;
  }
  const returned = raw.responses.flatMap(({ schema }) =>
    schema === undefined ? [] : (store.brokenIn(schema) ?? []),
  );
  const [broken] = returned;
  if (broken !== undefined) remark(reading, raw.head, undescribed(broken));
  const built = buildOperation(raw, context);
  if (built.kind === 'operation') {
    for (const message of built.remarks) remark(reading, raw.head, message);
    return built.operation;
  }
  unusable.push({ ...raw.head, reason: built.reason, isMistake: built.isMistake });
  return undefined;
}

/** URL parsers remove dot segments (RFC 3986 section 5.2.4), so another path would be requested. */
function dottedPath(path: string): string | undefined {
  const segments = path.split(/[?#]/, 1)[0]?.split('/') ?? [];
  return segments.some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))
    ? 'its path has a segment "." or ".."'
    : undefined;
}

const undescribed = (why: string): string => `a response is not described: ${why}`;

function remark({ remarks }: Reading, head: OperationHead, message: string): void {
  remarks.push({ file: head.file, line: head.line, subject: operationText(head), message });
}
