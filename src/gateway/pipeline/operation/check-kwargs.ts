import { isJsonText, type JsonText } from '../../../json-text/json-text.js';
import { JSON_TYPES, type JsonTypes } from '../../../openapi/model/api-model.js';
import { BadRequest, type Kwargs } from '../call.js';

/** What is known of a kwarg without its schema. */
export interface KwargRule {
  readonly kwarg: string;
  /** As in `query parameter` or `field of the body`. */
  readonly what: string;
  readonly isRequired: boolean;
  readonly types: JsonTypes | undefined;
  /** Whether null is left out of the request, whatever the schema says. */
  readonly omitsNull: boolean;
}

/** Checks the kwargs of a call. Throws {@link BadRequest}. */
export type KwargCheck = (kwargs: Kwargs) => void;

/** Checks that required kwargs are there, and that kwargs have a type of their schema. */
export function compileKwargCheck(rules: readonly KwargRule[]): KwargCheck {
  const needed = rules.filter(({ isRequired, types }) => isRequired || types !== undefined);
  return (kwargs) => {
    for (const rule of needed) checkKwarg(kwargs, rule);
  };
}

function checkKwarg(kwargs: Kwargs, rule: KwargRule): void {
  const { kwarg, isRequired, types, omitsNull } = rule;
  const value = Object.hasOwn(kwargs, kwarg) ? kwargs[kwarg] : undefined;
  if (value === undefined || (value === null && omitsNull)) {
    if (isRequired) throw missing(rule);
    return;
  }
  if (types === undefined || isOfType(value, types)) return;
  throw new BadRequest(`The keyword argument ${quote(kwarg)} must be ${typesText(types)}`);
}

/** The error about a required kwarg that is not there. */
export function missing({ kwarg, what }: Pick<KwargRule, 'kwarg' | 'what'>): BadRequest {
  return new BadRequest(
    what === 'path parameter'
      ? `Missing required path variable: ${kwarg}`
      : `Missing required keyword argument: ${kwarg} (${what})`,
  );
}

/** Whether a value has one of these JSON types. */
export function isOfType(value: unknown, types: JsonTypes): boolean {
  switch (typeof value) {
    case 'string':
      return (types & JSON_TYPES.string) !== 0;
    case 'number':
      return (
        (types & (Number.isInteger(value) ? JSON_TYPES.integer : JSON_TYPES.number & ~JSON_TYPES.integer)) !==
        0
      );
    case 'bigint':
      return (types & JSON_TYPES.integer) !== 0;
    case 'boolean':
      return (types & JSON_TYPES.boolean) !== 0;
    default:
      if (value === null) return (types & JSON_TYPES.null) !== 0;
      if (Array.isArray(value)) return (types & JSON_TYPES.array) !== 0;
      if (isJsonText(value)) return isTextOfType(value, types);
      // Bytes are a text in JSON.
      return (types & (ArrayBuffer.isView(value) ? JSON_TYPES.string : JSON_TYPES.object)) !== 0;
  }
}

/** The type of JSON text is known from its first byte, except whether a number is an integer. */
function isTextOfType({ bytes }: JsonText, types: JsonTypes): boolean {
  switch (bytes[0]) {
    case 0x22:
      return (types & JSON_TYPES.string) !== 0;
    case 0x7b:
      return (types & JSON_TYPES.object) !== 0;
    case 0x5b:
      return (types & JSON_TYPES.array) !== 0;
    case 0x74:
    case 0x66:
      return (types & JSON_TYPES.boolean) !== 0;
    case 0x6e:
      return (types & JSON_TYPES.null) !== 0;
    default:
      if ((types & JSON_TYPES.number) === JSON_TYPES.number) return true;
      return isOfType(
        Number(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()),
        types,
      );
  }
}

/** As in `text, an integer or null`. */
function typesText(types: JsonTypes): string {
  const words: string[] = [];
  if (types & JSON_TYPES.string) words.push('text');
  if ((types & JSON_TYPES.number) === JSON_TYPES.number) words.push('a number');
  else if (types & JSON_TYPES.integer) words.push('an integer');
  if (types & JSON_TYPES.boolean) words.push('a boolean');
  if (types & JSON_TYPES.array) words.push('a list');
  if (types & JSON_TYPES.object) words.push('a dictionary');
  if (types & JSON_TYPES.null) words.push('null');
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

const quote = (kwarg: string): string => JSON.stringify(kwarg.slice(0, 100));
