import type { OperationHead } from '../model/api-model.js';

export type Naming = 'operation_id' | 'path';

/** The names of an operation. */
export interface OperationName {
  /** In the keys `procedures.$id.*`. It may hold dots. */
  readonly id: string;
  /** The last part of the URI. */
  readonly uri: string;
}

/** The rules for names. An operation without an operationId takes its path. */
export function nameOperation(operation: OperationHead, naming: Naming): OperationName {
  const { operationId } = operation;
  const name =
    naming === 'operation_id' && operationId !== undefined && operationId !== ''
      ? operationId
      : nameFromPath(operation);
  return { id: name.replace(/[\s/#]/g, '_'), uri: uriPartOf(name) };
}

/** `get /invoices/{id}/lines` becomes `invoices.id.lines.get`. */
function nameFromPath({ method, path }: OperationHead): string {
  const segments = path
    .split(/[/?#]/)
    .map((segment) => segment.replace(/[{}]/g, ''))
    .filter((segment) => segment !== '');
  return [...segments, method].join('.');
}

/** The loose URI rule of WAMP: no empty component, no white space, no `#`. */
function uriPartOf(name: string): string {
  return name
    .replace(/[\s#]/g, '_')
    .split('.')
    .map((component) => (component === '' ? '_' : component))
    .join('.');
}
