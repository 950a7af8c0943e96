import { isRecord } from '../read/document-files.js';

/** The versions of OpenAPI, which differ in their schemas. */
export type Version = '2.0' | '3.0' | '3.1';

const TYPES: readonly unknown[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

/** Keywords whose values are copied as they are. */
const COPIED: readonly string[] = [
  'title',
  'description',
  'enum',
  'const',
  'default',
  'examples',
  'format',
  'pattern',
  'multipleOf',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minContains',
  'maxContains',
  'minProperties',
  'maxProperties',
  'dependentRequired',
  'deprecated',
  'readOnly',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
];

/**
 * The keywords of a schema that hold no schemas, as JSON Schema 2020-12. OpenAPI before 3.1 has
 * `nullable`, `example`, the type `file`, and flags for `exclusiveMinimum`.
 *
 * Wrong keywords are left out: a document of a stranger often has some, and its requests are right.
 */
export function plainKeywords(
  value: Readonly<Record<string, unknown>>,
  version: Version,
): [string, unknown][] {
  const found = new Map<string, unknown>();
  for (const name of COPIED) if (Object.hasOwn(value, name)) found.set(name, value[name]);
  if (Object.hasOwn(value, 'example') && !Array.isArray(value['examples'])) {
    found.set('examples', [value['example']]);
  }
  if (!Array.isArray(found.get('examples'))) found.delete('examples');
  if (!Array.isArray(found.get('enum'))) found.delete('enum');
  const required = namesIn(value['required']);
  if (required.length > 0) found.set('required', required);
  const types = typesOf(value['type']);
  if (types.includes('file')) {
    found.set('type', 'string');
    found.set('format', 'binary');
  } else if (types.length > 0) found.set('type', types.length === 1 ? types[0] : types);
  if (version !== '3.1') upgradeBounds(found);
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

function typesOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((type): type is string => TYPES.includes(type) || type === 'file');
}

/** `minimum: 1, exclusiveMinimum: true` becomes `exclusiveMinimum: 1`. */
function upgradeBounds(found: Map<string, unknown>): void {
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const flag = found.get(exclusive);
    if (typeof flag !== 'boolean') continue;
    found.delete(exclusive);
    if (!flag || !found.has(bound)) continue;
    found.set(exclusive, found.get(bound));
    found.delete(bound);
  }
}
