import type { NextPagePlace } from '../../../config/types/pages-types.js';
import { isEmptyValue, textIn, valueAtPath } from '../../../json-text/value-at-path.js';
import { type HttpResponse, LARGE_BODY } from '../../../upstream/http-message.js';
import { allHeaders, firstHeader } from '../../../upstream/response-headers.js';
import { type BodySelector, selectBody } from '../reply/answer-rule.js';
import { type DecodeRule, decodeBody, type RefusedBody } from '../reply/decode-body.js';
import { decodeLargeBody } from '../reply/decode-large.js';
import { nextLink } from './link-header.js';

/** The next page as a page names it. */
export type NextPage =
  | { readonly kind: 'reference'; readonly reference: string }
  | { readonly kind: 'cursor'; readonly parameter: string; readonly cursor: string };

/** One page of a list. */
export type Page =
  | {
      readonly kind: 'page';
      /** Its list, as JSON. */
      readonly list: Buffer;
      /** Undefined for the last page. */
      readonly next: NextPage | undefined;
    }
  | { readonly kind: 'api_error' }
  | RefusedBody;

export interface PageRule {
  readonly next: NextPagePlace;
  readonly items: readonly string[];
  /** Whether a page may lack its list. */
  readonly isOptional: boolean;
  readonly decode: DecodeRule;
  readonly maxBytes: number;
}

const EMPTY = Buffer.from('[]');
const NO_LIST: RefusedBody = {
  kind: 'refused',
  reason: 'a page has no list at pages.items',
  message: 'A page of the API has no list of items',
};
const BAD_NEXT: RefusedBody = { kind: 'refused', reason: 'the value at pages.next is not text or a number' };

/** Reads a page. The event loop can run between the steps. */
export function* readPage(
  response: HttpResponse,
  rule: PageRule,
  select: BodySelector | undefined,
): Generator<void, Page> {
  const { decode, maxBytes } = rule;
  const body =
    response.body.length >= LARGE_BODY
      ? yield* decodeLargeBody(response, { decode, maxBytes, pack: undefined, select })
      : selectBody(decodeBody(response, decode), select);
  if (body.kind === 'refused' || body.kind === 'api_error') return body;
  const json = body.kind === 'json' ? bufferOf(body.json) : undefined;
  const list = json && (yield* valueAtPath(json, rule.items));
  if (json === undefined || list === undefined) {
    if (!rule.isOptional) return NO_LIST;
    return withNext(EMPTY, yield* nextOf(response, json, rule.next));
  }
  // Some APIs write null for an empty list.
  if (list[0] === OPEN_LIST) return withNext(list, yield* nextOf(response, json, rule.next));
  return list.toString('latin1') === 'null'
    ? withNext(EMPTY, yield* nextOf(response, json, rule.next))
    : NO_LIST;
}

const OPEN_LIST = 0x5b;

const withNext = (list: Buffer, next: NextPage | RefusedBody | undefined): Page =>
  next?.kind === 'refused' ? next : { kind: 'page', list, next };

function* nextOf(
  { headers }: HttpResponse,
  json: Buffer | undefined,
  place: NextPagePlace,
): Generator<void, NextPage | RefusedBody | undefined> {
  switch (place.kind) {
    case 'link':
      return reference(nextLink(allHeaders(headers, 'link')));
    case 'header':
      return reference(firstHeader(headers, place.name)?.trim() || undefined);
    case 'body':
    case 'cursor': {
      const value = json && (yield* valueAtPath(json, place.path));
      if (value === undefined || isEmptyValue(value)) return undefined;
      const text = textIn(value);
      if (place.kind === 'body') return text === undefined ? BAD_NEXT : reference(text);
      const cursor = text ?? numberIn(value);
      return cursor === undefined || /\p{Surrogate}/u.test(cursor)
        ? BAD_NEXT
        : { kind: 'cursor', parameter: place.parameter, cursor };
    }
  }
}

const reference = (text: string | undefined): NextPage | undefined =>
  text === undefined ? undefined : { kind: 'reference', reference: text };

/** A number with all its digits. */
function numberIn(json: Buffer): string | undefined {
  return /^[\d-]$/.test(String.fromCharCode(json[0] as number)) ? json.toString('latin1') : undefined;
}

const bufferOf = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);
