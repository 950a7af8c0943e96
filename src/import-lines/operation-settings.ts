import { isFieldValue } from '../config/types/http-fields.js';
import type { PairStyle } from '../gateway/pipeline/bodies/field-pairs.js';
import { acceptOf } from '../gateway/pipeline/operation/accept.js';
import { operationPath } from '../gateway/pipeline/operation/operation-path.js';
import { ownedParameters } from '../gateway/pipeline/request/owned-names.js';
import { queryNames } from '../gateway/pipeline/request/query.js';
import type { Operation } from '../openapi/model/api-model.js';
import type { SchemaContext } from '../openapi/model/json-types.js';
import { bodyParts } from './body-parts.js';
import { parameterPart } from './parameter-part.js';
import { type Part, quote, type SaidPart, said, type UnsaidPart, unsaid } from './part.js';
import { isValue, type Setting } from './setting.js';

/**
 * Says the request of an operation in plain keys of a procedure, without `uri` and `realm`. A call
 * that the document allows then has the same request, byte for byte.
 *
 * @param baseQuery the query of base_url without its question mark, or ''
 */
export function operationSettings(
  operation: Operation,
  context: SchemaContext,
  baseQuery: string,
): SaidPart | UnsaidPart {
  const { method, parameters, body } = operation;
  const parts: readonly Part[] = [
    said(method === 'get' ? [] : [{ key: 'method', value: method }]),
    pathPart(operation),
    acceptPart(operation),
    givenPart(operation, baseQuery),
    ...parameters.map(parameterPart),
    ...(body === undefined ? [] : bodyParts(body, context)),
  ];
  const unsayable = parts.find((part): part is UnsaidPart => part.kind === 'unsaid');
  if (unsayable !== undefined) return unsayable;
  const spoken = parts as readonly SaidPart[];
  const styles = [...new Set(spoken.flatMap(({ style }) => style ?? []))];
  const [style, other] = styles;
  if (other !== undefined) {
    return unsaid(`its lists need both query_style = ${style} and query_style = ${other}`);
  }
  const settings = spoken.flatMap((part) => part.settings);
  return said([...settings, ...styleSettings(style), ...remainingSettings(settings)]);
}

function acceptPart(operation: Operation): Part {
  const accept = acceptOf(operation);
  if (accept === 'application/json') return said([]);
  // A header with braces would be a template.
  return isFieldValue(accept) && isValue(accept) && !accept.includes('{{')
    ? said([{ key: 'headers.Accept', value: accept }])
    : unsaid('its responses have a media type that the key headers cannot hold');
}

function pathPart(operation: Operation): Part {
  const { parts } = operationPath(operation);
  const text = parts.map((part) => (typeof part === 'string' ? part : `{{${part.name}}}`)).join('');
  const [, query = ''] = /\?(.*)$/s.exec(text) ?? [];
  if (query.includes('{{')) return unsaid('its path has a variable in its query');
  return said(text === '' ? [] : [{ key: 'path', value: text }]);
}

/** A parameter that the path or base_url has already. An operation does not take it, but a line would. */
function givenPart({ path, parameters }: Operation, baseQuery: string): Part {
  const [, query = ''] = /\?([^#]*)/.exec(path) ?? [];
  const isGiven = ownedParameters([...queryNames(baseQuery), ...queryNames(query)]);
  const given = parameters.find((each) => each.in === 'query' && isGiven(each.name));
  return given === undefined
    ? said([])
    : unsaid(`its query parameter ${quote(given.name)} is in the query of its path or of base_url`);
}

/** The default repeats the name. */
function styleSettings(style: PairStyle | undefined): readonly Setting[] {
  return style === undefined || style === 'repeat' ? [] : [{ key: 'query_style', value: style }];
}

/** An operation refuses unknown kwargs. With a whole body that is the default. */
function remainingSettings(settings: readonly Setting[]): readonly Setting[] {
  return settings.some(({ key }) => key === 'body') ? [] : [{ key: 'remaining', value: 'refuse' }];
}
