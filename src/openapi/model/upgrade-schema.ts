import { isRecord } from '../read/is-record.js';

/** The versions of OpenAPI, which differ in their schemas. */
export type Version = '2.0' | '3.0' | '3.1';

const TYPES: readonly unknown[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

const isText: IsRight = (value) => typeof value === 'string';
const isFlag: IsRight = (value) => typeof value === 'boolean';
const isNumber: IsRight = (value) => typeof value === 'number' && Number.isFinite(value);
const isCount: IsRight = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isAny: IsRight = () => true;

type IsRight = (value: unknown) => boolean;

/** Keywords whose values are copied as they are, and which values they have in JSON Schema 2020-12. */
const COPIED: ReadonlyMap<string, IsRight> = new Map<string, IsRight>([
  ['title', isText],
  ['description', isText],
  ['enum', Array.isArray],
  ['const', isAny],
  ['default', isAny],
  ['examples', Array.isArray],
  ['format', isText],
  ['pattern', isText],
  ['multipleOf', (value) => isNumber(value) && (value as number) > 0],
  ['minimum', isNumber],
  ['maximum', isNumber],
  ['exclusiveMinimum', isNumber],
  ['exclusiveMaximum', isNumber],
  ['minLength', isCount],
  ['maxLength', isCount],
  ['minItems', isCount],
  ['maxItems', isCount],
  ['uniqueItems', isFlag],
  ['minContains', isCount],
  ['maxContains', isCount],
  ['minProperties', isCount],
  ['maxProperties', isCount],
  ['dependentRequired', (value) => isRecord(value) && Object.values(value).every(isListOfNames)],
  ['deprecated', isFlag],
  ['readOnly', isFlag],
  ['writeOnly', isFlag],
  ['contentEncoding', isText],
  ['contentMediaType', isText],
]);

/**
 * The keywords of a schema that hold no schemas, as JSON Schema 2020-12. OpenAPI before 3.1 has
 * `nullable`, `example`, the type `file`, and flags for `exclusiveMinimum`.
 *
 * Wrong keywords are left out: a document of a stranger often has some, and its requests are right.
 */
export function plainKeywords(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  const found = new Map<string, unknown>();
  for (const [name, isRight] of COPIED) {
    if (Object.hasOwn(value, name) && isRight(value[name])) found.set(name, value[name]);
  }
  if (Object.hasOwn(value, 'example') && !found.has('examples')) found.set('examples', [value['example']]);
  // Ajv refuses a name that is there twice, and then all schemas of the document.
  const required = [...new Set(namesIn(value['required']))];
  if (required.length > 0) found.set('required', required);
  const types = typesOf(value['type']);
  if (types.includes('file')) {
    found.set('type', 'string');
    found.set('format', 'binary');
  } else if (types.length > 0) found.set('type', types.length === 1 ? types[0] : types);
  upgradeBounds(found, value);
  if (isRecord(value['discriminator']) && typeof value['discriminator']['propertyName'] === 'string') {
    found.set('discriminator', { propertyName: value['discriminator']['propertyName'] });
  }
  return [...found];
}

/** Whether OpenAPI 3.0 allows null beside the other values of a schema. */
export function isNullable(value: Readonly<Record<string, unknown>>, version: Version): boolean {
  return version !== '3.1' && (value['nullable'] === true || value['x-nullable'] === true);
}

export function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && namesIn(value).length === new Set(value).size;
}

function typesOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((type): type is string => TYPES.includes(type) || type === 'file');
}

/** `minimum: 1, exclusiveMinimum: true` becomes `exclusiveMinimum: 1`. Some documents of 3.1 have it, too. */
function upgradeBounds(found: Map<string, unknown>, value: Readonly<Record<string, unknown>>): void {
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    if (value[exclusive] !== true || !found.has(bound)) continue;
    found.set(exclusive, found.get(bound));
    found.delete(bound);
  }
}
