import type { Style } from '../../../openapi/model/api-model.js';
import { BadRequest } from '../call.js';

/** What stands between the items of a list that is one text. */
export type Delimiter = ',' | ' ' | '|' | '\t';

/** The names are for messages. */
const SHOWN: Readonly<Record<Delimiter, string>> = {
  ',': 'a comma',
  ' ': 'a space',
  '|': 'a vertical bar',
  '\t': 'a tab',
};

export function delimiterOf(style: Style): Delimiter {
  switch (style) {
    case 'spaceDelimited':
      return ' ';
    case 'pipeDelimited':
      return '|';
    case 'tabDelimited':
      return '\t';
    default:
      return ',';
  }
}

/**
 * Refuses an item that contains the delimiter, because a server would read it as two items. Styles
 * have no escape for it (OpenAPI 3.1.1 section 4.8.12.4).
 *
 * @throws BadRequest
 */
export function refuseDelimiter(item: string, delimiter: Delimiter, kwarg: string): void {
  if (!item.includes(delimiter)) return;
  throw new BadRequest(
    `The keyword argument ${JSON.stringify(kwarg.slice(0, 100))} has an item with ${SHOWN[delimiter]}, ` +
      'which separates the items in this place of the request',
  );
}
