import type { Serialization } from '../../../openapi/model/api-model.js';
import { BadRequest } from '../call.js';
import { toJson } from '../request/body.js';
import { encodeCookie } from '../request/cookies.js';
import { delimiterOf, refuseDelimiter } from './delimiters.js';
import { styleValueOf, unsayable } from './style-values.js';

/** The text of a header, or undefined if there is nothing to send. */
export type HeaderWriter = (value: unknown) => string | undefined;
/** The cookies of a value, as `name=value`. */
export type CookieWriter = (value: unknown) => readonly string[];

/**
 * Compiles a header parameter. A header has no encoding, so an item cannot contain the comma that
 * separates items.
 */
export function compileHeaderStyle(kwarg: string, how: Serialization): HeaderWriter {
  // JSON in ASCII, because a header is Latin-1.
  if (how.isJson) return (value) => (value === undefined ? undefined : asciiJson(value));
  const delimiter = delimiterOf(how.style);
  const item = (text: string): string => {
    refuseDelimiter(text, delimiter, kwarg);
    return text;
  };
  const pair = ([name, text]: readonly [string, string]): string => {
    if (name.includes('=')) throw unsayable(kwarg);
    return `${item(name)}=${item(text)}`;
  };
  return (value) => {
    const read = styleValueOf(value, kwarg);
    switch (read.kind) {
      case 'none':
        return undefined;
      case 'text':
        return read.text;
      case 'list':
        return read.items.map(item).join(delimiter);
      case 'object':
        return (how.explode ? read.entries.map(pair) : read.entries.flat().map(item)).join(delimiter);
    }
  };
}

function asciiJson(value: unknown): string {
  return toJson(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Compiles a cookie parameter with the style `form`. A separate cookie for each item is the only
 * form of an exploded list that a server can read.
 *
 * @param max the maximum number of characters of a value
 */
export function compileCookieStyle(
  name: string,
  kwarg: string,
  how: Serialization,
  max: number,
): CookieWriter {
  const encode = (text: string): string => {
    if (text.length > max) throw new BadRequest(`The cookie ${name} is too long`);
    return encodeCookie(text, name);
  };
  if (how.isJson) return (value) => (value === undefined ? [] : [`${name}=${encode(toJson(value))}`]);
  return (value) => {
    const read = styleValueOf(value, kwarg);
    switch (read.kind) {
      case 'none':
        return [];
      case 'text':
        return [`${name}=${encode(read.text)}`];
      case 'list':
        return how.explode
          ? read.items.map((item) => `${name}=${encode(item)}`)
          : [`${name}=${read.items.map(encode).join(',')}`];
      case 'object':
        return how.explode
          ? read.entries.map(([key, text]) => `${cookieName(key, kwarg)}=${encode(text)}`)
          : [`${name}=${read.entries.flat().map(encode).join(',')}`];
    }
  };
}

/** A caller must not choose the name of a cookie freely: `session` would replace another one. */
function cookieName(key: string, kwarg: string): string {
  if (!/^[\w.-]+$/.test(key)) throw unsayable(kwarg);
  return key;
}
