import { createRequire } from 'node:module';
import type Ajv from 'ajv/dist/2020.js';
import type { Schema } from '../../../openapi/model/api-model.js';
import { SCHEMAS_BY_NAME } from '../../../openapi/model/schema-keywords.js';
import { type Direction, sentSchema } from '../../../openapi/model/sent-schema.js';
import { jsonValue } from './json-value.js';

/** What is wrong with a value. Undefined if it matches its schema. */
export interface SchemaProblem {
  /** The place in the value, as a JSON Pointer. It may hold names that a caller or an API chose. */
  readonly at: string;
  /** The place in the schema, which only the document chose. */
  readonly rule: string;
  /** As in `must be integer`. */
  readonly message: string;
}

export type SchemaValidator = (value: unknown) => SchemaProblem | undefined;

/** Validates values against the schemas of one document. */
export interface SchemaValidators {
  /**
   * Compiles a schema at the first value, because that takes milliseconds, and most operations of a
   * large document are never called.
   */
  compile(schema: Schema, direction: Direction): SchemaValidator;
  /** Compiles a schema at once. Returns why this fails: then the schema allows everything. */
  whyUnusable(schema: Schema, direction: Direction): string | undefined;
}

export function createSchemaValidators(defs: Readonly<Record<string, Schema>>): SchemaValidators {
  const engines = new Map<Direction, Ajv.default | Error>();

  function engineFor(direction: Direction): Ajv.default {
    let engine = engines.get(direction);
    if (engine === undefined) {
      engine = createEngine(direction);
      engines.set(direction, engine);
    }
    if (engine instanceof Error) throw engine;
    return engine;
  }

  function createEngine(direction: Direction): Ajv.default | Error {
    if (hasMoreObjects(defs, MAX_OBJECTS)) {
      return new Error(`the schemas of the document have more than ${MAX_OBJECTS} parts`);
    }
    const { Ajv2020 }: typeof Ajv = createRequire(import.meta.url)('ajv/dist/2020.js');
    const engine = new Ajv2020({
      // Documents have keywords that JSON Schema does not know.
      strict: false,
      // `format` is an annotation (JSON Schema 2020-12, validation, section 7.2.1).
      validateFormats: false,
      unicodeRegExp: false,
      // Otherwise one wrong schema of the document makes all others useless.
      validateSchema: false,
      logger: false,
    });
    const all = Object.entries(defs).map(([name, schema]) => [name, adapted(schema, direction)]);
    engine.addSchema({ $id: DEFS_ID, $defs: Object.fromEntries(all) });
    return engine;
  }

  function compileNow(schema: Schema, direction: Direction): Validate {
    return engineFor(direction).compile(adapted(schema, direction));
  }

  /** What Ajv gets, for booleans too. */
  function adapted(schema: Schema, direction: Direction): object {
    return pointed(sentSchema(schema, direction, defs)) as object;
  }

  /** A schema that is not valid JSON Schema allows everything. */
  function compileOrAllow(schema: Schema, direction: Direction): Validate {
    try {
      return compileNow(schema, direction);
    } catch {
      return () => true;
    }
  }

  return {
    compile(schema, direction) {
      let validate: Validate | undefined;
      return (value) => {
        validate ??= compileOrAllow(schema, direction);
        if (validate(jsonValue(value))) return undefined;
        const { instancePath = '', schemaPath = '', message = 'is not valid' } = validate.errors?.[0] ?? {};
        return { at: instancePath, rule: schemaPath, message };
      };
    },
    whyUnusable(schema, direction) {
      try {
        const engine = engineFor(direction);
        const once = adapted(schema, direction);
        engine.compile(once);
        // Ajv would keep all schemas of a large document.
        if (typeof once === 'object') engine.removeSchema(once);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : 'it is no JSON Schema';
      }
    },
  };
}

/** A compiled schema. After false, it has the errors. */
type Validate = ((value: unknown) => unknown) & Pick<ReturnType<Ajv.default['compile']>, 'errors'>;

/** The schemas of the document, for the references of the others. */
const DEFS_ID = 'document:/defs';

/**
 * The largest public documents have 40,000. With a million, compiling would take a gigabyte of
 * memory, and more than 10 seconds, in which no call proceeds.
 */
const MAX_OBJECTS = 300_000;

/** Counts objects and lists. The model has no aliases. */
function hasMoreObjects(root: unknown, max: number): boolean {
  const waiting: unknown[] = [root];
  for (let count = 0; waiting.length > 0; count++) {
    if (count > max) return true;
    for (const inner of Object.values(waiting.pop() as object)) {
      if (typeof inner === 'object' && inner !== null) waiting.push(inner);
    }
  }
  return false;
}

/** Keywords whose members have names of fields. */
const BY_NAME: ReadonlySet<string> = new Set(SCHEMAS_BY_NAME);
/** These hold values, not schemas. */
const VALUES: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

/** Points references to the schemas of the document. */
function pointed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(pointed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (keyword === '$ref' && typeof value === 'string') return [keyword, `${DEFS_ID}${value}`];
    if (VALUES.has(keyword)) return [keyword, value];
    if (!BY_NAME.has(keyword) || typeof value !== 'object' || value === null)
      return [keyword, pointed(value)];
    const each = Object.entries(value).map(([name, item]) => [name, pointed(item)]);
    return [keyword, Object.fromEntries(each)];
  });
  return Object.fromEntries(entries);
}
