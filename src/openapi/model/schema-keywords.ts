/** Keywords whose value is a schema. */
export const ONE_SCHEMA = [
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contentSchema',
] as const;
/** Keywords with schemas by names that the document chooses. */
export const SCHEMAS_BY_NAME = ['properties', 'patternProperties', 'dependentSchemas'] as const;
/** Keywords whose value is a list of schemas. */
export const SCHEMA_LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const;
