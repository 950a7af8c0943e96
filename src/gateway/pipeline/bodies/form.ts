import { BadRequest, type Kwargs } from '../call.js';
import { encodeText } from '../request/encode-text.js';
import { addPairs, type PairStyle } from './field-pairs.js';

const FIELD = 'Form field';
const NAME_OF = 'The name of a form field';

/**
 * The maximum characters of a form. Names of nested values repeat the names around them, so a form
 * could be much longer than the kwargs.
 */
const MAX_LENGTH = 8 * 1024 * 1024;

/**
 * Writes a form in UTF-8 (WHATWG URL §5.2): `a=1&b=x%20y`. Every parser reads `%20` as a space.
 *
 * @param style how lists and dictionaries are written
 * @throws BadRequest
 */
export function encodeForm(fields: Kwargs, style: PairStyle): string {
  const pairs: string[] = [];
  let length = 0;
  for (const name of Object.keys(fields)) {
    addPairs(name, fields[name], style, FIELD, (field, texts) => {
      length += field.length;
      for (const text of texts) length += text.length + 1;
      if (length > MAX_LENGTH) throw new BadRequest('The form would be longer than 8 MB');
      const values = texts.map((text) => encodeText(text, FIELD, field.slice(0, 100)));
      pairs.push(`${encodeText(field, NAME_OF, '')}=${values.join(',')}`);
    });
  }
  return pairs.join('&');
}
