import type { ProcedureConfig } from '../../../config/model.js';
import { isJsonText } from '../../../json-text/json-text.js';
import type { BodyField, Operation } from '../../../openapi/model/api-model.js';
import { compileBody, type JsonBody, objectBody, toJson } from '../body.js';
import type { Call, Kwargs } from '../call.js';
import type { RemainingJson } from '../split-kwargs.js';
import { compileTypedTemplate } from '../typed-template.js';
import type { GivenNames } from './given-names.js';
import { kwargOf } from './operation-parameters.js';

/** The body of an operation, and the kwargs that it takes. */
export interface OperationContent {
  readonly mediaType: string;
  /** The kwargs of its fields, or the one kwarg of the whole body. */
  readonly fields: readonly BodyTaker[];
  readonly isRequired: boolean;
  /** Whether a call has a value for the body. */
  has(kwargs: Kwargs): boolean;
  /** Returns undefined for an empty body. */
  build(
    call: Call,
    remaining: Kwargs | undefined,
    remainingJson: RemainingJson | undefined,
  ): JsonBody | undefined;
}

/** A kwarg for the body. */
export interface BodyTaker extends Pick<BodyField, 'kwarg' | 'isRequired' | 'schema' | 'types'> {
  /** For messages. */
  readonly what: 'body' | 'field of the body';
}

const JSON_TYPE = 'application/json';

/** Compiles the body of an operation: what the document says, and templates of the configuration. */
export function compileOperationBody(
  operation: Operation,
  { settings }: ProcedureConfig,
  given: GivenNames,
): OperationContent {
  const { body } = operation;
  const { realm, body_whole: whole, body: templates } = settings;
  if (whole !== undefined || (body === undefined && settings.remaining !== 'body')) {
    return {
      mediaType: body?.mediaType ?? JSON_TYPE,
      fields: [],
      isRequired: false,
      has: () => false,
      build: compileBody(whole, templates, realm),
    };
  }
  if (body !== undefined && body.fields === undefined && templates.length === 0) {
    const { wholeKwarg, mediaType, isRequired, schema, types } = body;
    return {
      mediaType,
      fields: [{ kwarg: wholeKwarg, what: 'body', isRequired: true, schema, types }],
      isRequired,
      has: (kwargs) => kwargOf(kwargs, wholeKwarg) !== undefined,
      build({ kwargs }) {
        const value = kwargOf(kwargs, wholeKwarg);
        if (value === undefined) return undefined;
        return isJsonText(value) ? value.bytes : toJson(value);
      },
    };
  }
  const fields = (body?.fields ?? []).filter((field) => !given.isGivenField(field));
  const filled = templates.map(({ name, template }) => ({
    name,
    fill: compileTypedTemplate(template, `body field ${name}`, realm),
  }));
  const isRequired = body?.isRequired === true;
  return {
    mediaType: body?.mediaType ?? JSON_TYPE,
    fields: fields.map((field) => ({ ...field, what: 'field of the body' })),
    isRequired,
    has: (kwargs) => fields.some(({ kwarg }) => kwargOf(kwargs, kwarg) !== undefined),
    build(call, remaining, remainingJson) {
      // The object has no prototype, so a field called `__proto__` is an ordinary field.
      const content = Object.create(null) as Record<string, unknown>;
      let isEmpty = !isRequired && remainingJson === undefined && remaining === undefined;
      for (const { name, kwarg } of fields) {
        const value = kwargOf(call.kwargs, kwarg);
        if (value === undefined) continue;
        content[name] = value;
        isEmpty = false;
      }
      for (const { name, fill } of filled) {
        const value = fill(call);
        if (value === undefined) continue;
        content[name] = value;
        isEmpty = false;
      }
      if (remaining !== undefined) for (const name of Object.keys(remaining)) content[name] = remaining[name];
      return isEmpty ? undefined : objectBody(content, remainingJson);
    },
  };
}
