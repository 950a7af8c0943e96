import type { Schema } from '../../openapi/model/api-model.js';
import type { JsonSchema } from './description.js';

const PREFIX = '#/$defs/';

/** Adds the schemas to which a schema refers, and those to which they refer. They may form cycles. */
export function withDefs(schema: JsonSchema, defOf: (name: string) => Schema | undefined): JsonSchema {
  const found = new Map<string, Schema>();
  const waiting: unknown[] = [schema];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const { $ref } = value as { readonly $ref?: unknown };
    if (typeof $ref === 'string' && $ref.startsWith(PREFIX)) {
      const name = $ref.slice(PREFIX.length);
      const def = found.has(name) ? undefined : defOf(name);
      if (def !== undefined) {
        found.set(name, def);
        waiting.push(def);
      }
    }
    for (const inner of Object.values(value)) if (typeof inner === 'object') waiting.push(inner);
  }
  return found.size === 0 ? schema : { ...schema, $defs: Object.fromEntries(found) };
}
