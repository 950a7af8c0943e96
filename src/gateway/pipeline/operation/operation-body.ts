import type { ProcedureConfig } from '../../../config/model.js';
import type { BodyField, Operation } from '../../../openapi/model/api-model.js';
import { CONTENT_TYPES, compileContent, plainValue } from '../bodies/content.js';
import type { Call, Kwargs } from '../call.js';
import type { JsonBody } from '../request/body.js';
import {
  CONFIGURED_RULE,
  type ContentTypeRule,
  contentTypeRule,
  JSON_OBJECT_RULE,
} from '../request/content-type-rule.js';
import type { RemainingJson } from '../request/split-kwargs.js';
import { compileTypedTemplate } from '../request/typed-template.js';
import { compileFieldsWriter, compileWholeWriter, contentTypeOf } from './body-writers.js';
import { missing } from './check-kwargs.js';
import type { GivenNames } from './given-names.js';
import { kwargOf } from './operation-parameters.js';

/** The body of an operation, and the kwargs that it takes. */
export interface OperationContent {
  /** The Content-Type. For multipart the boundary follows. */
  readonly type: string;
  readonly typeRule: ContentTypeRule;
  readonly hasBoundary: boolean;
  /** Whether kwargs may stay JSON text. */
  readonly isJson: boolean;
  /** The kwargs of its fields, or the one kwarg of the whole body. */
  readonly fields: readonly BodyTaker[];
  readonly isRequired: boolean;
  /** Returns undefined for an empty body. Throws BadRequest. */
  build(
    call: Call,
    remaining: Kwargs | undefined,
    remainingJson: RemainingJson | undefined,
    boundary: string,
  ): JsonBody | undefined;
}

/** A kwarg for the body. */
export interface BodyTaker extends Pick<BodyField, 'kwarg' | 'isRequired' | 'schema' | 'types' | 'isFile'> {
  /** For messages. */
  readonly what: 'body' | 'field of the body';
}

export interface BodyChecks {
  /** Throws BadRequest if the fields, or the whole body, do not match the schema. */
  readonly matches?: ((value: unknown) => void) | undefined;
  /** Whether an optional body, if it is sent, needs its required fields. */
  readonly needsFields?: boolean;
}

/** Compiles the body of an operation: what the document says, and templates of the configuration. */
export function compileOperationBody(
  operation: Operation,
  { settings }: ProcedureConfig,
  given: GivenNames,
  { matches, needsFields = false }: BodyChecks = {},
): OperationContent {
  const { body } = operation;
  const { realm, body_whole: whole, body: templates, body_content_type: ownType } = settings;
  if (whole !== undefined || (body === undefined && settings.remaining !== 'body')) {
    const { type, hasBoundary, write } = compileContent(settings);
    const typeRule = contentTypeRule(settings);
    return { ...NOTHING, type, typeRule, hasBoundary, isJson: false, build: write };
  }
  const kind = body?.kind ?? 'json';
  const type = ownType ?? contentTypeOf(kind, body?.mediaType ?? CONTENT_TYPES.json);
  const common = {
    type,
    // A caller cannot change the media type of the document.
    typeRule: type === CONTENT_TYPES.json ? JSON_OBJECT_RULE : CONFIGURED_RULE,
    hasBoundary: kind === 'multipart',
    isJson: kind === 'json',
    isRequired: body?.isRequired === true,
  };
  const isGiven = (name: string) => given.isFieldGiven(name);
  if (body !== undefined && body.fields === undefined && templates.length === 0) {
    const { wholeKwarg, schema, types } = body;
    const write = compileWholeWriter(body, isGiven);
    return {
      ...common,
      fields: [{ kwarg: wholeKwarg, what: 'body', isRequired: true, schema, types, isFile: false }],
      build({ kwargs }, _remaining, _remainingJson, boundary) {
        const value = kwargOf(kwargs, wholeKwarg);
        if (value === undefined) return undefined;
        matches?.(value);
        return write(value, boundary);
      },
    };
  }
  const fields = (body?.fields ?? []).filter(({ name }) => !isGiven(name));
  const filled = templates.map(({ name, template }) => ({
    name,
    fill: compileTypedTemplate(template, `body field ${name}`, realm),
  }));
  const write = compileFieldsWriter(body, isGiven);
  const takers = fields.map((field): BodyTaker => ({ ...field, what: 'field of the body' }));
  const needed = needsFields && !common.isRequired ? takers.filter(({ isRequired }) => isRequired) : [];
  return {
    ...common,
    fields: takers,
    build(call, remaining, remainingJson, boundary) {
      // The object has no prototype, so a field called `__proto__` is an ordinary field.
      const content = Object.create(null) as Record<string, unknown>;
      let isEmpty = !common.isRequired && remainingJson === undefined && remaining === undefined;
      for (const { name, kwarg } of fields) {
        const value = kwargOf(call.kwargs, kwarg);
        if (value === undefined) continue;
        content[name] = value;
        isEmpty = false;
      }
      for (const { name, fill } of filled) {
        const value = fill(call);
        if (value === undefined) continue;
        content[name] = common.isJson ? value : plainValue(value);
        isEmpty = false;
      }
      if (remaining !== undefined) for (const name of Object.keys(remaining)) content[name] = remaining[name];
      if (isEmpty) return undefined;
      for (const taker of needed) if (kwargOf(call.kwargs, taker.kwarg) === undefined) throw missing(taker);
      matches?.(content);
      return write(content, remainingJson, boundary);
    },
  };
}

/** A body that takes no kwarg of the document. */
const NOTHING = { fields: [], isRequired: false };
