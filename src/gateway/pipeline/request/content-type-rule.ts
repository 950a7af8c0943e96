import type { ProcedureSettings } from '../../../config/model.js';
import { isJsonType } from './json-type.js';
import { HEADERS_KWARG } from './remaining.js';

/**
 * Judges a Content-Type that a caller gives in `_headers` for a request with a body.
 *
 * - `sent`: it replaces the gateway's own.
 * - `dropped`: the configuration sets it (`body_content_type`).
 * - `refused`: the body is not of this type.
 */
export interface ContentTypeRule {
  /** @param field the lines of the header as a flat list: name, value, name, value … */
  readonly judge: (field: readonly string[]) => 'sent' | 'dropped' | 'refused';
  /** For a refused one. */
  readonly message: string;
}

const PREFIX = `${HEADERS_KWARG}: Content-Type must be`;
const SENT: ContentTypeRule = { judge: () => 'sent', message: '' };

/** The type of the configuration. */
export const CONFIGURED_RULE: ContentTypeRule = { judge: () => 'dropped', message: '' };

/** For a JSON object of kwargs. */
export const JSON_OBJECT_RULE: ContentTypeRule = {
  judge: (field) => (isJsonType(field) ? 'sent' : 'refused'),
  message: `${PREFIX} JSON in UTF-8, as the body is made of keyword arguments`,
};

/** Compiles the rule of a procedure. */
export function contentTypeRule(
  settings: Pick<
    ProcedureSettings,
    'body_encoding' | 'body_content_type' | 'body_whole' | 'body' | 'remaining'
  >,
): ContentTypeRule {
  if (settings.body_content_type !== undefined) return CONFIGURED_RULE;
  switch (settings.body_encoding) {
    case 'json': {
      const isObject =
        settings.body_whole === undefined && (settings.body.length > 0 || settings.remaining === 'body');
      return isObject ? JSON_OBJECT_RULE : SENT;
    }
    case 'form':
      return { judge: (field) => (isType(field, FORM) ? 'sent' : 'refused'), message: `${PREFIX} a form` };
    case 'multipart':
      return { judge: () => 'refused', message: `${PREFIX} left out, as the gateway sets it` };
    case 'text':
      return {
        judge: (field) => (isType(field, TEXT) ? 'sent' : 'refused'),
        message: `${PREFIX} a type of text in UTF-8, as in text/csv`,
      };
    case 'raw':
      return SENT;
  }
}

const UTF8 = '(?:[ \\t]*;[ \\t]*charset[ \\t]*=[ \\t]*"?utf-?8"?)?[ \\t]*$';
const FORM = new RegExp(`^application/x-www-form-urlencoded${UTF8}`, 'i');
const TEXT = new RegExp(`^text/[\\w.+-]+${UTF8}`, 'i');

const isType = (field: readonly string[], type: RegExp): boolean =>
  field.length === 2 && type.test(field[1] ?? '');
