import { isOwnField, isToken } from '../config/types/http-fields.js';
import { JSON_TYPES, type JsonTypes, type Parameter } from '../openapi/model/api-model.js';
import { isTemplateKwarg, type Part, quote, said, unsaid } from './part.js';
import { isKeyName } from './setting.js';
import { isScalarOnly, type StyleChoice, styleOf } from './value-style.js';

/** Says a parameter of the query, a header or a cookie as a line. The path has no line of its own. */
export function parameterPart(parameter: Parameter): Part {
  const { in: place, name, kwarg } = parameter;
  const what = `its ${place} parameter ${quote(name)}`;
  const value = `{{${kwarg}}}`;
  if (!isTemplateKwarg(kwarg))
    return unsaid(`${what} needs the kwarg ${quote(kwarg)}, which a template cannot name`);
  if (parameter.isJson) return unsaid(`${what} is JSON`);
  switch (place) {
    case 'path':
      return parameter.style === 'simple' || isDelimited(parameter)
        ? scalar(parameter.types, what, said([]))
        : unsaid(`${what} has the style ${parameter.style}`);
    case 'query': {
      if (!isKeyName(name)) return unsaid(`${what} has a name that a key cannot hold`);
      const chosen: StyleChoice = styleOf(parameter, parameter.types);
      if (chosen.kind === 'unsaid') return unsaid(`${what} ${chosen.reason}`);
      return said([{ key: `query.${name}`, value }], chosen.style);
    }
    case 'header':
      if (!isToken(name) || isOwnField(name) || name.toLowerCase() === 'cookie') {
        return unsaid(`${what} has a name that the key headers cannot hold`);
      }
      return scalar(parameter.types, what, said([{ key: `headers.${name}`, value }]));
    case 'cookie':
      if (!isToken(name)) return unsaid(`${what} has a name that the key cookies cannot hold`);
      return scalar(parameter.types, what, said([{ key: `cookies.${name}`, value }]));
  }
}

/** Lists of OpenAPI 2.0. A value without a list has no delimiter. */
function isDelimited({ style }: Parameter): boolean {
  return style === 'spaceDelimited' || style === 'pipeDelimited' || style === 'tabDelimited';
}

/** A segment, a header or a cookie of plain keys is one text. */
function scalar(types: JsonTypes | undefined, what: string, part: Part): Part {
  if (isScalarOnly(types)) return part;
  const canBe =
    types === undefined ? 'a list or an object' : (types & JSON_TYPES.object) === 0 ? 'a list' : 'an object';
  return unsaid(`${what} can be ${canBe}`);
}
