import type { Operation } from '../../../openapi/model/api-model.js';
import { isJson } from '../../../openapi/model/media-types.js';

/**
 * The Accept header of an operation: JSON if its successful responses have it, otherwise their media
 * types. A server could refuse a request for JSON that it does not have (RFC 9110 section 15.5.7).
 */
export function acceptOf({ responses }: Operation): string {
  const successful = responses.filter(({ status }) => /^(?:2|default)/.test(status));
  const types = [...new Set(successful.flatMap(({ mediaTypes }) => mediaTypes))].filter(isMediaRange);
  if (types.length === 0 || types.some((type) => PLAIN_JSON.test(type))) {
    return 'application/json';
  }
  return (types.some(isJson) ? types.filter(isJson) : types).join(', ');
}

/** JSON itself, or a range with it. Not `application/jsonl` and other types that begin alike. */
const PLAIN_JSON = /^(?:application\/json|application\/\*|\*\/\*)\s*(?:;|$)/i;

/** A type that can stand in a header (RFC 9110 section 12.5.1). Some documents have other texts there. */
function isMediaRange(type: string): boolean {
  return (
    /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:\s*;[\t\x20-\x7e]*)?$/.test(type) && !type.includes(',')
  );
}
