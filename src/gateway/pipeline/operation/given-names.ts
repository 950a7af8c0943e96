import type { Credential } from '../../../auth/credential.js';
import type { ProcedureConfig } from '../../../config/model.js';
import { foldFieldName } from '../../../config/types/http-fields.js';
import type { Parameter } from '../../../openapi/model/api-model.js';
import { BadRequest } from '../call.js';
import { type IsOwned, ownedFields, ownedParameters } from '../request/owned-names.js';
import { queryNames } from '../request/query.js';

/** What the configuration fills in the request of an operation. Callers cannot give it. */
export interface GivenNames {
  isGiven(parameter: Parameter): boolean;
  readonly isFieldGiven: IsOwned;
  readonly isQueryGiven: IsOwned;
  readonly isCookieGiven: IsOwned;
}

interface GivenParts {
  readonly literalQuery: string;
  readonly credential: Pick<Credential, 'ownedHeaders' | 'ownedQuery'>;
  /** Whether the configuration has another path than the operation. */
  readonly isOwnPath: boolean;
}

export function givenNames(
  { settings }: ProcedureConfig,
  { literalQuery, credential, isOwnPath }: GivenParts,
): GivenNames {
  const isQueryGiven = ownedParameters([
    ...queryNames(literalQuery),
    ...settings.query.map(({ name }) => name),
    ...credential.ownedQuery,
  ]);
  const headers = new Set(
    [...settings.headers.map(({ name }) => name), ...credential.ownedHeaders].map(foldFieldName),
  );
  const cookies = new Set(settings.cookies.map(({ name }) => name));
  const isCookieGiven: IsOwned = (name) => headers.has('cookie') || cookies.has(name);
  const isFieldGiven = ownedFields(settings.body.map(({ name }) => name));
  return {
    isGiven({ in: place, name }) {
      switch (place) {
        case 'path':
          return isOwnPath;
        case 'query':
          return isQueryGiven(name);
        case 'header':
          return headers.has(foldFieldName(name));
        case 'cookie':
          return isCookieGiven(name);
      }
    },
    isFieldGiven,
    isQueryGiven,
    isCookieGiven,
  };
}

/**
 * The names in an exploded object become names of parameters or fields, so they must not be names
 * that the configuration sets.
 *
 * @throws BadRequest
 */
export function refuseGivenNames(value: unknown, kwarg: string, isGiven: IsOwned): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (!Object.keys(value).some(isGiven)) return;
  throw new BadRequest(
    `The keyword argument ${JSON.stringify(kwarg.slice(0, 100))} has a field that the configuration sets`,
  );
}
