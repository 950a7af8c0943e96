import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { systemClock } from '../clock.js';
import { createDocumentReader } from '../config/documents/document-reader.js';
import { readFromDisk } from '../config/syntax/includes.js';
import { ConfigError, type ConfigProblem, formatProblem } from '../errors.js';
import { configurationText } from '../import-lines/configuration-text.js';
import { type ImportedOperations, importOperations, uriClashes } from '../import-lines/import-operations.js';
import { type ApiModel, type OperationHead, operationText } from '../openapi/model/api-model.js';
import { readInWorker } from '../openapi/worker/read-in-worker.js';
import { visibleText } from './colour.js';
import { count } from './configuration.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';
import { type ImportOptions, readImportOptions } from './import-options.js';

/** Names a file of the document as the user named the document. */
type Shown = (file: string) => string;

/**
 * `rpc-gateway import`: prints the operations of an OpenAPI document as lines of a configuration.
 * Names the operations that lines cannot say on stderr.
 *
 * @throws ConfigError if the document cannot be used
 */
export async function importDocument(file: string, options: ImportOptions, host: Host): Promise<ExitCode> {
  const path = resolve(file);
  const shown: Shown = isAbsolute(file)
    ? (each) => each
    : (each) => join(dirname(file), relative(dirname(path), each));
  const model = await readModel(path, shown);
  const service = readImportOptions(file, options, model);
  const operations = importOperations(model, service.rules);
  const { said, kept, leftOut } = operations;
  const clashes = clashProblems(operations, shown);
  if (clashes.length > 0) throw new ConfigError(clashes);
  if (said.length + kept.length === 0) {
    throw new ConfigError(
      leftOut.map(({ operation, reason }) =>
        problem(operation, `cannot become a procedure: ${reason}`, shown),
      ),
    );
  }
  host.stdout.write(configurationText({ ...service, title: model.title }, operations));
  const notices = [
    ...kept.map(({ operation, reason }) =>
      problem(operation, `stays with openapi.include: ${reason}`, shown),
    ),
    ...leftOut.map(({ operation, reason }) => problem(operation, `is left out: ${reason}`, shown)),
  ];
  for (const notice of notices) host.stderr.write(`${visibleText(formatProblem(notice))}\n`);
  host.stderr.write(`${summaryOf(operations)}\n`);
  return EXIT.ok;
}

async function readModel(path: string, shown: Shown): Promise<ApiModel> {
  const read = await readInWorker(path, createDocumentReader(path, readFromDisk), systemClock);
  if (read.kind === 'failed') {
    throw new ConfigError([{ file: shown(path), line: read.line, key: '', message: read.message }]);
  }
  const { model } = read;
  if (model.operations.length + model.unusable.length === 0) {
    throw new CommandFailure(visibleText(`The document ${shown(path)} has no operation.`));
  }
  return model;
}

function problem(operation: OperationHead, message: string, shown: Shown): ConfigProblem {
  return { file: shown(operation.file), line: operation.line, key: operationText(operation), message };
}

function clashProblems(operations: ImportedOperations, shown: Shown): readonly ConfigProblem[] {
  return uriClashes(operations).map(({ earlier, later }) => {
    const where = `${operationText(earlier)} (${shown(earlier.file)}:${earlier.line})`;
    return problem(
      later,
      `has the same URI as ${where}; leave one out with --exclude, or use --naming path`,
      shown,
    );
  });
}

function summaryOf({ said, kept, leftOut }: ImportedOperations): string {
  const others = [
    ...(kept.length > 0 ? [`${kept.length} with openapi.include`] : []),
    ...(leftOut.length > 0 ? [`${leftOut.length} left out`] : []),
  ];
  return [`${count(said.length, 'operation')} in plain keys`, ...others].join(', ');
}
