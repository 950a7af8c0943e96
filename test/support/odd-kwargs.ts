import { sample } from 'openapi-sampler';
import { jsonText } from '../../src/json-text/json-text.js';
import {
  JSON_TYPES,
  type JsonTypes,
  type Operation,
  type Schema,
} from '../../src/openapi/model/api-model.js';
import type { ImportedKwargs } from './import-pair.js';

const TEXTS = [
  'a b',
  'ü%/?#&=+',
  '100%25',
  '',
  'a,b;c|d',
  '{{x}}',
  ['$', '{HOME}'].join(''),
  `"q" and 'r'`,
  '[1]',
  'true',
  '007',
  '..',
  '𝄞',
  'a\nb',
  ' ',
  '\u0000QUJD',
];
const NUMBERS = [0, -1, 7, 1e21, 12345678901234567890n, -0];
const LISTS = [['a b', 'ü,%'], [], ['a', null, 1], [true], [[1, 2]], [{ a: 1 }], ['x']];
const OBJECTS = [
  { a: 1 },
  {},
  { 'b c': 'ü', d: [1, null, 'x'] },
  { data: 'x' },
  { a: { b: [{ c: true }, null] } },
];
const ALL = [...TEXTS, ...NUMBERS, 1.5, ...LISTS, ...OBJECTS, true, false, null, new Uint8Array([1, 255])];

interface Taker {
  readonly kwarg: string;
  readonly isRequired: boolean;
  readonly schema: Schema;
  readonly types: JsonTypes | undefined;
}

function takersOf({ parameters, body }: Operation): readonly Taker[] {
  if (body === undefined) return parameters;
  const whole = {
    kwarg: body.wholeKwarg,
    isRequired: body.isRequired,
    schema: body.schema,
    types: body.types,
  };
  return [...parameters, ...(body.fields ?? [whole])];
}

/**
 * Sets of kwargs for an operation: generated from its schemas, with odd values of the right types,
 * and with values of any type.
 *
 * @param rounds how many sets have odd values
 */
export function kwargsFor(
  operation: Operation,
  defs: Readonly<Record<string, unknown>>,
  rounds: number,
): readonly ImportedKwargs[] {
  const takers = takersOf(operation);
  const required = takers.filter(({ isRequired }) => isRequired);
  const samples = new Map(takers.map((taker) => [taker, sampleOf(taker, defs)]));
  const sampled = (list: readonly Taker[]) => record(list, (taker) => samples.get(taker));
  const [few, all] = [sampled(required), sampled(takers)];
  const odd = Array.from({ length: rounds }, (_, round) => [
    { ...few, ...record(odds(takers, round), (taker, index) => pick(oddValues(taker), round * 7 + index)) },
    { ...few, ...record(odds(takers, round), (_taker, index) => pick(ALL, round * 5 + index * 3)) },
  ]).flat();
  return [
    {},
    few,
    all,
    asJson(all),
    ...odd,
    ...odd.slice(0, 2).map(asJson),
    { ...all, unknown: 1 },
    { ...few, _headers: { 'X-Odd': 'é', 'User-Agent': 'odd' } },
    // Plain keys refuse another type than multipart, an operation drops it.
    ...(operation.body?.kind === 'multipart' ? [] : [{ ...all, _headers: { 'Content-Type': 'text/odd' } }]),
  ];
}

/** Another part of the takers in each round. */
function odds(takers: readonly Taker[], round: number): readonly Taker[] {
  return takers.filter((_, index) => (index + round) % 3 !== 0 || takers.length < 3);
}

function record(
  takers: readonly Taker[],
  value: (taker: Taker, index: number) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(takers.map((taker, index) => [taker.kwarg, value(taker, index)]));
}

function oddValues({ types = -1 }: Taker): readonly unknown[] {
  return [
    ...((types & JSON_TYPES.string) === 0 ? [] : TEXTS),
    ...((types & JSON_TYPES.integer) === 0 ? [] : NUMBERS),
    ...((types & JSON_TYPES.boolean) === 0 ? [] : [true, false]),
    ...((types & JSON_TYPES.array) === 0 ? [] : LISTS),
    ...((types & JSON_TYPES.object) === 0 ? [] : OBJECTS),
    ...((types & JSON_TYPES.null) === 0 ? [] : [null]),
  ];
}

function pick(values: readonly unknown[], index: number): unknown {
  return values[index % values.length];
}

function sampleOf({ schema }: Taker, defs: Readonly<Record<string, unknown>>): unknown {
  if (typeof schema === 'boolean') return 'any';
  try {
    return sample(schema as object, { skipReadOnly: true, quiet: true }, { $defs: defs }) ?? 'any';
  } catch {
    return 'any';
  }
}

/** The same kwargs as they arrive from a client that speaks JSON. */
function asJson(kwargs: Readonly<Record<string, unknown>>): ImportedKwargs {
  const text = JSON.stringify(kwargs, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  return jsonText('', Buffer.from(text), '', undefined, true);
}
