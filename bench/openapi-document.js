/** The documents that bench/openapi.js measures. */

const text = { type: 'string', description: 'The name of a thing, as people know it.' };

/** A document with so many operations, whose schemas refer to each other. 1,000 operations have 1 MB. */
export function largeDocument(operations) {
  const paths = {};
  const schemas = {};
  for (let index = 0; index < operations; index++) {
    const schema = { $ref: `#/components/schemas/Thing${index}` };
    const next = { $ref: `#/components/schemas/Thing${(index + 1) % operations}` };
    schemas[`Thing${index}`] = {
      type: 'object',
      required: ['name'],
      properties: { name: text, next, note: text },
    };
    paths[`/things/${index}/{id}`] = {
      put: {
        operationId: `put${index}`,
        summary: 'Replaces a thing',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: text },
          { name: 'filter', in: 'query', style: 'deepObject', schema: { type: 'object' } },
        ],
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: { 200: { description: 'The thing', content: { 'application/json': { schema } } } },
      },
    };
  }
  return JSON.stringify(
    { openapi: '3.1.0', info: { title: 'Things', version: '1' }, paths, components: { schemas } },
    null,
    1,
  );
}

const parameter = (name, place, schema) => ({ name, in: place, required: true, schema });
const string = { type: 'string', maxLength: 100 };

/** One operation with ten kwargs: one in the path, four in the query, one header, four in the body. */
export const TEN_KWARGS = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Billing', version: '1' },
  paths: {
    '/invoices/{id}': {
      put: {
        operationId: 'put',
        parameters: [
          parameter('id', 'path', string),
          parameter('expand', 'query', string),
          parameter('limit', 'query', { type: 'integer', maximum: 100 }),
          parameter('draft', 'query', { type: 'boolean' }),
          parameter('since', 'query', string),
          parameter('X-Request-Source', 'header', string),
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['customer', 'amount'],
                properties: {
                  customer: string,
                  amount: { type: 'integer', minimum: 0 },
                  currency: { enum: ['EUR', 'USD'] },
                  lines: { type: 'array', items: { type: 'object', properties: { text: string } } },
                },
              },
            },
          },
        },
      },
    },
  },
});

/** The same request, written by hand. */
export const TEN_KWARGS_BY_HAND = [
  'uri = com.billing.hand',
  'realm = com.example.myrealm',
  'method = put',
  'path = /invoices/{{id}}',
  'query.expand = {{expand}}',
  'query.limit = {{limit}}',
  'query.draft = {{draft}}',
  'query.since = {{since}}',
  'headers.X-Request-Source = {{X-Request-Source}}',
  'body.customer = {{customer}}',
  'body.amount = {{amount}}',
  'body.currency = {{currency}}',
  'body.lines = {{lines}}',
  'remaining = refuse',
];

export const TEN_VALUES = {
  id: 'INV-001',
  expand: 'lines',
  limit: 20,
  draft: false,
  since: '2026-01-01',
  'X-Request-Source': 'bench',
  customer: 'cust-42',
  amount: 2500,
  currency: 'EUR',
  lines: [{ text: 'first' }, { text: 'second' }],
};
