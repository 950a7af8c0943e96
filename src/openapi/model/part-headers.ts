import { isFieldValue, isToken } from '../../config/types/http-fields.js';
import { someAlias } from './aliases.js';
import type { FieldEncoding, Schema } from './api-model.js';
import type { RawBody } from './bodies.js';
import type { SchemaContext } from './json-types.js';

/**
 * Headers of a part that its encoding object does not decide about: Content-Type is described
 * elsewhere (OpenAPI 3.1.1, Encoding Object), and the gateway writes the others (RFC 7578 section 4).
 */
const OF_GATEWAY: readonly string[] = ['content-type', 'content-disposition', 'content-transfer-encoding'];

export interface PartHeaders {
  readonly encoding: Readonly<Record<string, FieldEncoding>>;
  /** Why headers are not sent. */
  readonly remarks: readonly string[];
}

/**
 * Finds the headers of parts whose value the document fixes, with `const` or with one value in
 * `enum`. Callers cannot give the others: a part has no kwarg beside its field.
 */
export function partHeaders({ kind, encoding }: RawBody, { defs }: SchemaContext): PartHeaders {
  const remarks: string[] = [];
  const found = Object.entries(encoding).map(([field, { headers, ...how }]) => {
    const fixed: [string, string][] = [];
    // Other bodies have no parts.
    for (const [name, schema] of kind === 'multipart' ? Object.entries(headers) : []) {
      if (OF_GATEWAY.includes(name.toLowerCase())) continue;
      const value = fixedValue(schema, defs);
      const shown = `the header ${quote(name)} of the part ${quote(field)} is not sent`;
      if (value === undefined) remarks.push(`${shown}, because the document does not fix its value`);
      else if (isToken(name) && isFieldValue(value)) fixed.push([name, value]);
      else remarks.push(`${shown}, because HTTP does not allow its name or its value`);
    }
    return [field, { ...how, headers: Object.fromEntries(fixed) }] as const;
  });
  return { encoding: Object.fromEntries(found), remarks };
}

function fixedValue(schema: Schema, defs: SchemaContext['defs']): string | undefined {
  let value: unknown;
  someAlias(schema, defs, (each) => {
    const { enum: values } = each;
    if (Object.hasOwn(each, 'const')) value = each['const'];
    else if (Array.isArray(values) && values.length === 1) [value] = values;
    return value !== undefined;
  });
  const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isText ? String(value) : undefined;
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 100));
