import { isId } from './ids.js';
import { type Dict, isDict } from './payload.js';

/** The rule for an option's value: a check, and a description of valid values. */
interface Rule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/**
 * Rules by option name. It is a Map, because names come from the network and may be `constructor`.
 */
export type OptionRules = ReadonlyMap<string, Rule>;

const isText = (value: unknown): boolean => typeof value === 'string';
const listOf = (accepts: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(accepts);
const oneOf = (...words: readonly string[]): Rule => ({
  expected: `one of ${words.join(', ')}`,
  accepts: (value) => typeof value === 'string' && words.includes(value),
});

const flag: Rule = { expected: 'a boolean', accepts: (value) => typeof value === 'boolean' };
const text: Rule = { expected: 'a string', accepts: isText };
const dict: Rule = { expected: 'a dictionary', accepts: isDict };
const id: Rule = { expected: 'an ID', accepts: isId };
const ids: Rule = { expected: 'a list of IDs', accepts: listOf(isId) };
const texts: Rule = { expected: 'a list of strings', accepts: listOf(isText) };
const dicts: Rule = { expected: 'a list of dictionaries', accepts: listOf(isDict) };
const milliseconds: Rule = {
  expected: 'a whole number of milliseconds, 0 or more',
  accepts: (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0,
};
const count: Rule = { expected: 'a whole number, 1 or more', accepts: isId };
const match = oneOf('exact', 'prefix', 'wildcard');

// Payload passthru (ppt_*), its older form in autobahn (enc_*), and router-to-router links.
const packing = {
  ppt_scheme: text,
  ppt_serializer: text,
  ppt_cipher: text,
  ppt_keyid: text,
  enc_algo: oneOf('null', 'cryptobox', 'mqtt', 'xbr'),
  enc_serializer: oneOf('null', 'json', 'msgpack', 'cbor', 'ubjson', 'opaque', 'flatbuffers'),
  enc_key: text,
  forward_for: dicts,
};

const rules = (table: Record<string, Rule>): OptionRules => new Map(Object.entries(table));

/** The rules for options and details, by message. Names that are not listed are ignored. */
export const OPTION_RULES = {
  hello: rules({
    roles: dict,
    agent: text,
    authid: text,
    authrole: text,
    authmethods: texts,
    authextra: dict,
  }),
  publish: rules({
    ...packing,
    acknowledge: flag,
    exclude_me: flag,
    disclose_me: flag,
    retain: flag,
    exclude: ids,
    exclude_authid: texts,
    exclude_authrole: texts,
    eligible: ids,
    eligible_authid: texts,
    eligible_authrole: texts,
    transaction_hash: text,
  }),
  subscribe: rules({ match, get_retained: flag, forward_for: dicts }),
  event: rules({
    ...packing,
    publisher: id,
    publisher_authid: text,
    publisher_authrole: text,
    topic: text,
    retained: flag,
    transaction_hash: text,
    x_acknowledged_delivery: flag,
  }),
  call: rules({
    ...packing,
    timeout: milliseconds,
    receive_progress: flag,
    progress: flag,
    disclose_me: flag,
    transaction_hash: text,
  }),
  cancel: rules({ mode: text, forward_for: dicts }),
  result: rules({ ...packing, progress: flag }),
  register: rules({
    match,
    invoke: text,
    concurrency: count,
    disclose_caller: flag,
    forward_timeout: flag,
    force_reregister: flag,
    forward_for: dicts,
  }),
  yield: rules({ ...packing, progress: flag }),
  error: rules({ ...packing }),
} as const;

/**
 * Returns an error message for the first option with an invalid value, or undefined if all are
 * valid. Null counts as absent, because several clients send it for options that are not set.
 */
export function wrongOption(options: Dict, table: OptionRules): string | undefined {
  for (const name in options) {
    const rule = table.get(name);
    if (rule === undefined) continue;
    const value = options[name];
    if (value === null || value === undefined || rule.accepts(value)) continue;
    return `${name} must be ${rule.expected}`;
  }
  return undefined;
}
