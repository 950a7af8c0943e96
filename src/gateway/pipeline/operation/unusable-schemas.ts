import type { ProcedureConfig, ServiceConfig } from '../../../config/model.js';
import type { Schema } from '../../../openapi/model/api-model.js';
import type { Direction } from '../../../openapi/model/sent-schema.js';
import { checkedSchemas } from './check-schemas.js';
import { createSchemaValidators } from './schema-validators.js';

/** A schema that nothing can be compared with. */
export interface UnusableSchema {
  readonly procedure: ProcedureConfig;
  /** As in `the keyword argument "id"`. */
  readonly what: string;
  readonly reason: string;
}

/** The schemas of a service that were compiled, and how many operations were left out. */
export interface CompiledSchemas {
  readonly unusable: readonly UnusableSchema[];
  readonly operationsLeft: number;
}

/**
 * Compiles all schemas with which a service compares kwargs and responses. The gateway itself
 * compiles each one at the first call.
 *
 * @param hasTime asked before each operation
 */
export function findUnusableSchemas(service: ServiceConfig, hasTime: () => boolean): CompiledSchemas {
  const unusable: UnusableSchema[] = [];
  const validators = createSchemaValidators(service.document?.defs ?? {});
  const compared = service.procedures.filter((procedure) => schemasOf(service, procedure).length > 0);
  for (const [index, procedure] of compared.entries()) {
    if (!hasTime()) return { unusable, operationsLeft: compared.length - index };
    for (const { what, schema, direction } of schemasOf(service, procedure)) {
      const reason = validators.whyUnusable(schema, direction);
      if (reason !== undefined) unusable.push({ procedure, what, reason });
    }
  }
  return { unusable, operationsLeft: 0 };
}

interface ComparedSchema {
  readonly what: string;
  readonly schema: Schema;
  readonly direction: Direction;
}

function schemasOf(
  { settings: ofService }: ServiceConfig,
  { operation, settings }: ProcedureConfig,
): readonly ComparedSchema[] {
  if (operation === undefined) return [];
  const { parameters, body, responses } = operation;
  const isFull = ofService['openapi.validate'] === 'full';
  const sent = isFull ? checkedSchemas(parameters, body) : [];
  const received = settings['response.validate'] === 'off' ? [] : responses;
  return [
    ...sent.map(({ what, schema }) => ({ what, schema, direction: 'request' as const })),
    ...received.flatMap(({ status, schema }) =>
      schema === undefined
        ? []
        : [{ what: `the response ${status}`, schema, direction: 'response' as const }],
    ),
  ];
}
