import type { Template } from '../../../config/types/template.js';
import { parseJson, stringifyJson } from '../../../json.js';
import { jsonText } from '../../../json-text/json-text.js';
import { compileTemplate, compileVariable, type Filler } from './fill-template.js';

/** Compiles a template for a JSON body. A constant or default that is JSON keeps its type. */
export function compileTypedTemplate(template: Template, what: string, realm: string): Filler {
  const { parts, typed } = template;
  const [first, ...others] = parts;
  if (typed !== true || others.length > 0 || first === undefined)
    return compileTemplate(template, what, realm);
  if (typeof first === 'string') {
    const constant = jsonValueOf(first);
    return () => constant;
  }
  return compileVariable(first, realm, first.defaultText && jsonValueOf(first.defaultText));
}

/**
 * If a text is JSON, returns its value with all digits of numbers. Otherwise returns the text
 * itself.
 */
function jsonValueOf(text: string): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return text;
  }
  return stringifyJson(value) === text ? value : jsonText('', Buffer.from(text));
}
