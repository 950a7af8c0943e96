import type { LoadedConfig } from '../config/model.js';
import { describerOf } from '../gateway/descriptions/describe-procedure.js';
import type { JsonSchema, ProcedureDescription } from '../gateway/descriptions/description.js';
import { HEADERS_KWARG } from '../gateway/pipeline/request/remaining.js';
import { closestUri } from './closest-uri.js';
import { jsonLine, visibleText } from './colour.js';
import { readConfiguration } from './configuration.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';
import { textTable } from './text-table.js';

export interface DescribeOptions {
  readonly config?: string;
  readonly realm?: string;
  readonly json?: boolean;
}

/**
 * `rpc-gateway describe [URI]`: what a procedure takes and gives. Without a URI: all procedures, a
 * line each.
 */
export async function describe(
  uri: string | undefined,
  options: DescribeOptions,
  host: Host,
): Promise<ExitCode> {
  const config = await readConfiguration(options.config, host);
  const all = descriptionsOf(config, options.realm);
  const chosen = uri === undefined ? all : all.filter((each) => each.uri === uri).slice(0, 1);
  const [first] = chosen;
  if (uri !== undefined && first === undefined) throw unknownProcedure(uri, all);
  if (options.json === true) host.stdout.write(jsonLine(uri === undefined ? chosen : first));
  else host.stdout.write(uri === undefined || first === undefined ? listText(chosen) : helpText(first));
  return EXIT.ok;
}

function descriptionsOf(config: LoadedConfig, realm: string | undefined): readonly ProcedureDescription[] {
  return config.services.flatMap((service) =>
    service.procedures
      .filter(({ settings }) => realm === undefined || settings.realm === realm)
      .map(describerOf(service)),
  );
}

function unknownProcedure(uri: string, all: readonly ProcedureDescription[]): CommandFailure {
  const near = closestUri(
    uri,
    all.map((each) => each.uri),
  );
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new CommandFailure(visibleText(`The configuration has no procedure ${uri}.${hint}`));
}

function listText(all: readonly ProcedureDescription[]): string {
  const rows = all.map(({ uri, description }) => [uri, firstLine(description)]);
  return textTable([['PROCEDURE', 'DESCRIPTION'], ...rows].map((row) => row.map((text) => ({ text }))));
}

/** The help for one procedure. */
function helpText(description: ProcedureDescription): string {
  const { uri, realm, http, kwargs_schema: kwargs, result_kwargs_schema: result, errors } = description;
  const { progress_kwargs_schema: progress } = description;
  const parts = [
    `${uri}\n  ${http.method} ${http.path} of the service ${http.service}, in the realm ${realm}`,
    ...(description.description === '' ? [] : [indented(description.description)]),
    `Keyword arguments:\n${kwargsText(kwargs)}`,
    `Result: status, and body: ${typeText(propertiesOf(result)['body'])}`,
    ...(progress === undefined
      ? []
      : [`Progressive results: status, and body: ${typeText(propertiesOf(progress)['body'])}`]),
    `Errors:\n${textTable(errors.map(({ uri: error, status, description: text }) => [{ text: `  ${error}` }, { text: status === undefined ? '' : String(status) }, { text: firstLine(text) }]))}`,
  ];
  return `${visibleText(parts.join('\n\n'))}`;
}

function kwargsText(schema: JsonSchema): string {
  const required = new Set(schema['required'] as readonly string[]);
  const own = Object.entries(propertiesOf(schema)).filter(([name]) => name !== HEADERS_KWARG);
  const rows = own.map(([name, property]) => [
    { text: `  ${name}` },
    { text: typeText(property) },
    { text: required.has(name) ? 'required' : '' },
    { text: firstLine(textOf(property, 'description')) },
  ]);
  const others = schema['additionalProperties'] === false ? '' : '  others are allowed too\n';
  if (rows.length === 0) return others === '' ? '  none' : others.trimEnd();
  return `${textTable(rows)}${others}`.trimEnd();
}

const propertiesOf = (schema: JsonSchema): Readonly<Record<string, unknown>> =>
  (schema['properties'] ?? {}) as Readonly<Record<string, unknown>>;

function textOf(schema: unknown, keyword: string): string {
  const value = (schema as JsonSchema | undefined)?.[keyword];
  return typeof value === 'string' ? value : '';
}

/** A type in a few words: `string`, `list of integer`, `one of "a", "b"`. */
function typeText(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return 'anything';
  const { type, enum: values, items, $ref, anyOf } = schema as JsonSchema;
  if (Array.isArray(values)) return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  if (typeof $ref === 'string') return $ref.replace('#/$defs/', '');
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(typeText))].join(' or ');
  if (type === 'array') return `list of ${typeText(items)}`;
  if (Array.isArray(type)) return type.join(' or ');
  return typeof type === 'string' ? type : 'anything';
}

const firstLine = (text: string): string => text.trim().split(/\r?\n/, 1)[0] ?? '';
const indented = (text: string): string => text.trim().replace(/^/gm, '  ');
