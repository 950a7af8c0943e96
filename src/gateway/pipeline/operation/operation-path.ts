import type { Template } from '../../../config/types/template.js';
import type { Operation, Parameter } from '../../../openapi/model/api-model.js';
import type { Call } from '../call.js';
import type { CompileSegment } from '../request/path.js';
import { kwargOf } from './operation-parameters.js';
import { compilePathStyle } from './path-styles.js';

const VARIABLE = /\{([^{}]*)\}/g;

/** Whether a path is that of the operation, which is shown with `{{name}}` as plain text. */
export function isOperationPath({ path }: Operation, { parts }: Template): boolean {
  return parts.length === 1 && parts[0] === path.replace(VARIABLE, '{{$1}}');
}

/**
 * The path of an operation as a template, with kwargs as its variables. A fragment is dropped, because
 * HTTP does not send it; EC2 has paths that differ only in it.
 */
export function operationPath({ path, parameters }: Operation): Template {
  const [text = ''] = path.split('#', 1);
  const parts: Template['parts'][number][] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > end) parts.push(encodeLiteral(text.slice(end, match.index)));
    parts.push({ name: parameterOf(parameters, match[1] as string).kwarg, defaultText: undefined });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(encodeLiteral(text.slice(end)));
  return { source: path, parts };
}

/** @param max the maximum number of characters of a value */
export function segmentsOf({ parameters }: Operation, max: number): CompileSegment {
  return ({ name: kwarg }) => {
    const parameter = parameters.find((each) => each.in === 'path' && each.kwarg === kwarg) as Parameter;
    const write = compilePathStyle(parameter.name, kwarg, parameter, max);
    return ({ kwargs }: Call) => write(kwargOf(kwargs, kwarg));
  };
}

/** The model has a parameter for each variable. */
function parameterOf(parameters: readonly Parameter[], name: string): Parameter {
  return parameters.find((each) => each.in === 'path' && each.name === name) as Parameter;
}

/** Encodes what a URL cannot contain. What is encoded already stays. */
function encodeLiteral(text: string): string {
  return encodeURI(text.toWellFormed().replace(/%(?![0-9A-Fa-f]{2})/g, '%25')).replace(
    /%25([0-9A-Fa-f]{2})/g,
    '%$1',
  );
}
