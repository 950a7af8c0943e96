import { dirname, join } from 'node:path';
import { describeCredential } from '../../src/auth/credential.js';
import { type LoadedConfig, parseConfig } from '../../src/config/load-config.js';
import type { ProcedureConfig, ServiceConfig } from '../../src/config/model.js';
import { BadRequest, type IncomingCall } from '../../src/gateway/pipeline/call.js';
import {
  createSchemaValidators,
  type SchemaValidators,
} from '../../src/gateway/pipeline/operation/schema-validators.js';
import { renderBaseUrl } from '../../src/gateway/pipeline/request/base-url.js';
import type { RequestBuilder } from '../../src/gateway/pipeline/request/built-request.js';
import { compileRequest } from '../../src/gateway/pipeline/request/request.js';
import type { Operation } from '../../src/openapi/model/api-model.js';
import { runCommand } from './command.js';

export type ImportedKwargs = IncomingCall['kwargs'];

/** An operation in the two configurations: the one that names the document, and the imported one. */
export interface OperationPair {
  readonly uri: string;
  readonly operation: Operation;
  /** Whether the imported configuration leaves it to the document. */
  readonly isKept: boolean;
  /** Builds the request of a call in both configurations. */
  compare(kwargs: ImportedKwargs): Comparison;
}

/**
 * - `same`: both send the same request.
 * - `refused`: the document refuses the call. The lines may send it, but not with an unknown kwarg.
 * - `narrower`: the lines refuse a call that does not match the whole schemas of the document.
 * - `different`: all else.
 */
export interface Comparison {
  readonly kind: 'same' | 'refused' | 'narrower' | 'different';
  readonly why: string;
}

export interface ImportPair {
  readonly out: string;
  readonly err: string;
  readonly lines: LoadedConfig;
  readonly defs: ServiceConfig['document'];
  readonly pairs: readonly OperationPair[];
}

export const BASE_URL = 'https://api.example.com/base';

/** Imports a document by the command, and compares the result with `openapi.file`. Throws what stderr says. */
export async function importPair(file: string, words: readonly string[] = []): Promise<ImportPair> {
  const command = runCommand(['import', file, '--service', 'api', '--base-url', BASE_URL, ...words]);
  const code = await command.ended;
  const [out, err] = [command.out(), command.err()];
  if (code !== 0) throw new Error(err);
  const near = join(dirname(file), 'imported.conf');
  const lines = parseConfig(out, { env: {}, file: near });
  const isByPath = words.includes('path');
  const text = [
    `base_url = ${BASE_URL}`,
    `openapi.file = ${file}`,
    'openapi.realm = realm1',
    `openapi.naming = ${isByPath ? 'path' : 'operation_id'}`,
  ];
  const conf = text.map((line) => `rpc_gateway.services.api.${line}\n`).join('');
  const document = parseConfig(conf, { env: {}, file: near });
  const full = parseConfig(`${conf}rpc_gateway.services.api.openapi.validate = full\n`, {
    env: {},
    file: near,
  });
  const defs = document.services[0]?.document;
  const validators = createSchemaValidators(defs?.defs ?? {});
  const [ofDocument, ofFull, ofLines] = [document, full, lines].map(proceduresOf) as [
    Procedures,
    Procedures,
    Procedures,
  ];
  const pairs = [...ofLines].flatMap(([uri, imported]): OperationPair[] => {
    const original = ofDocument.get(uri);
    const checked = ofFull.get(uri);
    if (original?.procedure.operation === undefined || checked === undefined) {
      throw new Error(`the document has no procedure ${uri}`);
    }
    const [one, other, whole] = [original, imported, checked].map((each) => compiled(each, validators));
    return [
      {
        uri,
        operation: original.procedure.operation,
        isKept: imported.procedure.operation !== undefined,
        compare(kwargs) {
          const [document, lines] = [send(one!, kwargs), send(other!, kwargs)];
          if (document.kind === 'refused') {
            // Lines check no values, but they refuse the same unknown kwargs.
            const isUnknown = /does not take the keyword argument/.test(document.why);
            const isTaken = isUnknown && lines.kind === 'sent';
            return { kind: isTaken ? 'different' : 'refused', why: document.why };
          }
          if (lines.kind === 'sent') {
            const why = `the document sends ${document.text}, the lines ${lines.text}`;
            return { kind: document.text === lines.text ? 'same' : 'different', why };
          }
          const isAllowed = send(whole!, kwargs).kind === 'sent';
          return { kind: isAllowed ? 'different' : 'narrower', why: `the lines refuse: ${lines.why}` };
        },
      },
    ];
  });
  return { out, err, lines, defs, pairs };
}

interface Procedure {
  readonly service: ServiceConfig;
  readonly procedure: ProcedureConfig;
}
type Procedures = ReadonlyMap<string, Procedure>;

function proceduresOf({ services }: LoadedConfig): Procedures {
  return new Map(
    services.flatMap((service) =>
      service.procedures.map((procedure) => [procedure.settings.uri, { service, procedure }] as const),
    ),
  );
}

function compiled({ service, procedure }: Procedure, validators: SchemaValidators): RequestBuilder {
  let build: RequestBuilder | undefined;
  return (call) => {
    build ??= compileRequest(
      service,
      procedure,
      renderBaseUrl(service.settings, new Map())!,
      describeCredential(service.settings),
      { userAgent: 'test', uuid: () => 'uuid-1', validators },
    );
    return build(call);
  };
}

type Outcome =
  | { readonly kind: 'sent'; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string };

function send(build: RequestBuilder, kwargs: ImportedKwargs): Outcome {
  try {
    const { request, replayable, callerTrace } = build({
      args: [],
      kwargs,
      caller: { realm: 'realm1', session: 1, authid: 'alice', authrole: 'clerk' },
    });
    const body = request.body === undefined ? 'none' : Buffer.from(request.body).toString('latin1');
    return {
      kind: 'sent',
      text: JSON.stringify({ ...request, body, replayable, callerTrace }, undefined, 1),
    };
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    return { kind: 'refused', why: error.message };
  }
}
