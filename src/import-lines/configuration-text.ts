import { firstLineOf } from './first-line.js';
import { type ImportedOperations, operationTitle, type SaidOperation } from './import-operations.js';
import { patternList } from './include-patterns.js';
import { commentLine, settingLine } from './setting.js';

/** The service that the lines configure. */
export interface ImportedService {
  /** The title of the document. */
  readonly title: string;
  /** The document, as `openapi.file` names it. */
  readonly file: string;
  readonly name: string;
  readonly realm: string;
  readonly uriPrefix: string;
  readonly baseUrl: string;
  /** Whether names come from paths, although operations have an operationId. */
  readonly isNamedByPath: boolean;
}

/** Writes the lines of a service: plain keys, and `openapi.include` for the operations that need it. */
export function configurationText(service: ImportedService, operations: ImportedOperations): string {
  const { said, kept, leftOut } = operations;
  const prefix = `rpc_gateway.services.${service.name}`;
  const blocks = [
    [
      commentLine(`${service.title === '' ? 'An API' : service.title}, imported from ${service.file}`),
      '# Plain keys check no kwargs before a request is sent: the API does.',
      settingLine(prefix, { key: 'base_url', value: service.baseUrl }),
    ],
    ...said.map((each) => procedureBlock(prefix, service.realm, each)),
  ];
  if (kept.length > 0) {
    blocks.push([
      '# The document serves these operations, because plain keys cannot say them:',
      ...kept.map(({ operation, reason }) => commentLine(`- ${operationTitle(operation)}: ${reason}`)),
      settingLine(prefix, { key: 'openapi.file', value: service.file }),
      settingLine(prefix, { key: 'openapi.realm', value: service.realm }),
      settingLine(prefix, { key: 'openapi.uri_prefix', value: service.uriPrefix }),
      ...(service.isNamedByPath ? [settingLine(prefix, { key: 'openapi.naming', value: 'path' })] : []),
      `${prefix}.openapi.include = ${patternList(kept.map(({ pattern }) => pattern))}`,
    ]);
  }
  if (leftOut.length > 0) {
    blocks.push([
      '# These operations cannot become procedures:',
      ...leftOut.map(({ operation, reason }) => commentLine(`- ${operationTitle(operation)}: ${reason}`)),
    ]);
  }
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function procedureBlock(
  prefix: string,
  realm: string,
  { operation, name, uri, settings }: SaidOperation,
): readonly string[] {
  const { summary, description, isDeprecated } = operation;
  const text = firstLineOf(summary) || firstLineOf(description);
  const lines = [{ key: 'uri', value: uri }, { key: 'realm', value: realm }, ...settings];
  return [
    ...(text === '' ? [] : [commentLine(text)]),
    ...(isDeprecated ? ['# Deprecated'] : []),
    ...lines.map((setting) => settingLine(`${prefix}.procedures.${name}`, setting)),
  ];
}
