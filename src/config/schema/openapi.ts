import { filePath, oneOf } from '../types/datatypes.js';
import { operationPatterns } from '../types/operation-patterns.js';
import { procedureUri, realmName } from '../types/wamp-types.js';
import type { KeyTable } from './spec.js';

/** The keys of a service that make procedures of the operations in an OpenAPI document. */
export const OPENAPI_KEYS = {
  'openapi.file': {
    type: filePath,
    meaning:
      'An OpenAPI document, 2.0, 3.0 or 3.1, as JSON or YAML. Each of its operations becomes a procedure. The document may refer to other files in its folder and below. The gateway fetches nothing. See [docs/openapi.md](../openapi.md).',
    example: 'billing.yaml',
  },
  'openapi.realm': {
    type: realmName,
    meaning: 'The realm of the procedures from the document. `openapi.file` needs it.',
    example: 'com.example.myrealm',
  },
  'openapi.uri_prefix': {
    type: procedureUri,
    computed: 'the name of the service',
    meaning: 'The URI of a procedure is this prefix, a dot and the name of the operation.',
    example: 'com.billing',
  },
  'openapi.include': {
    type: operationPatterns,
    default: '',
    meaning: 'The operations that become procedures. Default: all.',
    example: 'get*, tag:invoices, POST /customers/*',
  },
  'openapi.exclude': {
    type: operationPatterns,
    default: '',
    meaning: 'Operations that do not become procedures, although `openapi.include` selects them.',
    example: 'DELETE /*, tag:internal',
  },
  'openapi.naming': {
    type: oneOf('operation_id', 'path'),
    default: 'operation_id',
    meaning:
      'The name of an operation. `operation_id`: its operationId. `path`: its path and method, so that `get /invoices/{id}/lines` is `invoices.id.lines.get`. An operation without an operationId always has the second form.',
    example: 'path',
  },
  'openapi.validate': {
    type: oneOf('required', 'full', 'off'),
    default: 'required',
    meaning:
      'How the gateway checks kwargs before it sends a request. `required`: required kwargs are present, and kwargs have the JSON type of their schema. `full`: kwargs match their whole schema. `off`: the API checks them.',
    example: 'full',
  },
  'response.validate': {
    type: oneOf('off', 'warn'),
    default: 'off',
    meaning:
      'With `warn`, the gateway compares responses with the OpenAPI document, and logs a difference. The response goes to the caller as it is. Bodies of more than 256KB are not compared.',
    example: 'warn',
  },
} as const satisfies KeyTable;
