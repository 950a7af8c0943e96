import type { BodyKind } from './api-model.js';

const KINDS: readonly BodyKind[] = ['json', 'form', 'multipart', 'bytes', 'text'];

/** How a body of a media type is written. */
export function kindOf(mediaType: string): BodyKind {
  const type = essence(mediaType);
  const subtype = type.slice(type.indexOf('/') + 1);
  if (isJson(mediaType)) return 'json';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  if (type.startsWith('multipart/')) return 'multipart';
  if (
    type.startsWith('text/') ||
    /(?:^|[.+-])(?:xml|yaml|ndjson|jsonl|graphql|csv|javascript)$/.test(subtype)
  ) {
    return 'text';
  }
  return 'bytes';
}

/** Whether a body is one JSON text. A range such as `*`/`*` allows JSON. */
export function isJson(mediaType: string): boolean {
  const type = essence(mediaType);
  if (type === '*/*' || type === 'application/*') return true;
  const words = type.slice(type.indexOf('/') + 1).split(/[.+-]/);
  return words.includes('json') && !type.endsWith('json-seq');
}

function essence(mediaType: string): string {
  return (mediaType.split(';', 1)[0] as string).trim().toLowerCase();
}

/**
 * The media type that the gateway sends: JSON first, then form, multipart, bytes and text. Among
 * several of a kind, `application/json` is first, then the order of the document counts.
 */
export function preferredOf(mediaTypes: readonly string[]): string | undefined {
  const rank = (type: string) =>
    KINDS.indexOf(kindOf(type)) - (essence(type) === 'application/json' ? 0.5 : 0);
  return mediaTypes.toSorted((one, other) => rank(one) - rank(other))[0];
}

/** What Content-Type has for a media type of the document, which may be a range. */
export function sentMediaType(mediaType: string): string {
  return mediaType.includes('*') ? FOR_RANGES[kindOf(mediaType)] : mediaType;
}

const FOR_RANGES: Readonly<Record<BodyKind, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
  bytes: 'application/octet-stream',
  text: 'text/plain',
};
