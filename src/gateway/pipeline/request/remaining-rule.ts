import type { ProcedureConfig } from '../../../config/model.js';
import { BadRequest } from '../call.js';
import { kwargNames } from './fill-template.js';
import { type IsOwned, ownedFields, ownedParameters } from './owned-names.js';
import { queryNames } from './query.js';
import type { RemainingRule } from './remaining.js';

/**
 * Which kwargs of a procedure remain.
 *
 * @param credential the query parameters of the credential
 * @param others kwargs that something else than a template uses
 */
export function remainingRule(
  procedure: ProcedureConfig,
  literalQuery: string,
  credential: readonly string[],
  others: readonly string[] = [],
): RemainingRule {
  const { settings } = procedure;
  const named = [...settings.query, ...settings.headers, ...settings.cookies, ...settings.body];
  const templates = [settings.path, ...named.map(({ template }) => template)];
  if (settings.body_whole !== undefined) templates.push(settings.body_whole);
  const query = [...queryNames(literalQuery), ...settings.query.map(({ name }) => name), ...credential];
  // Servers read the names of form fields like those of query parameters.
  const isForm = settings.body_encoding === 'form' || settings.body_encoding === 'multipart';
  const ownedInBody = isForm ? ownedParameters : ownedFields;
  const isOwned =
    settings.remaining === 'query'
      ? ownedParameters(query)
      : ownedInBody(settings.body.map(({ name }) => name));
  const refusals: Refusal[] = [];
  if (settings.method.toUpperCase() === 'POST')
    refusals.push(steering(settings.remaining === 'query' ? ownedParameters : ownedInBody));
  if (settings.remaining === 'body' && query.length > 0) {
    const why = 'the request has a query parameter of that name, and the API could confuse the two';
    refusals.push({ refuses: ownedInBody(query), why });
  }
  return {
    consumed: new Set([...templates.flatMap(kwargNames), ...others]),
    isOwned: refusals.reduce(refusing, isOwned),
  };
}

/** A rule for unused kwargs that are refused, and the reason for the caller. */
interface Refusal {
  readonly refuses: IsOwned;
  readonly why: string;
}

/**
 * Like X-HTTP-Method-Override, this field changes the method of a POST in Laravel, Symfony and
 * Rails.
 */
const METHOD_FIELD = '_method';

const steering = (owned: (names: readonly string[]) => IsOwned): Refusal => ({
  refuses: owned([METHOD_FIELD]),
  why: 'it could change the method of the request',
});

function refusing(isOwned: IsOwned, { refuses, why }: Refusal): IsOwned {
  return (name) => {
    if (isOwned(name)) return true;
    if (!refuses(name)) return false;
    throw new BadRequest(
      `The keyword argument ${JSON.stringify(name.slice(0, 100))} cannot be given: ${why}`,
    );
  };
}
