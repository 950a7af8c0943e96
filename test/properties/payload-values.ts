import fc from 'fast-check';

/** Payload values of every kind that WAMP knows, odd ones first. */

const oddText = fc.constantFrom(
  '',
  '\0',
  '\0AP8=',
  '\0no base64',
  '\0\0',
  '\ufeff',
  `\ufeff${'x'.repeat(80)}`,
  'é'.repeat(100),
  '😀',
  '\u2028',
  '__proto__',
  '12345678901234567890',
  '-0',
);
/** Text that UTF-8 can hold. */
export const text = fc.oneof(
  { weight: 1, arbitrary: oddText },
  { weight: 2, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((each) => each.toWellFormed()) },
);

const edges = [0, 23, 24, 31, 32, 127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32, 2 ** 53].flatMap(
  (edge) => [edge - 1, edge, Math.min(edge + 1, 2 ** 53), -edge - 1 < -(2 ** 53) ? -edge : -edge - 1],
);
// JSON has no -0 and no other format need keep it.
const integer = fc
  .oneof(fc.constantFrom(...edges), fc.maxSafeInteger(), fc.integer())
  .map((each) => each + 0);
// A float that JSON writes in digits alone is read as an integer: up to 1e21 it may be one that MessagePack cannot hold.
const float = fc
  .oneof(
    fc.constantFrom(1.5, 0.1, 1e300, 5e-324, 1.7976931348623157e308, 2 ** 60, 2 ** 53 + 2, 1e21),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
  )
  .filter((each) => Math.abs(each) < 2 ** 63 || Math.abs(each) >= 1e21);
const outside = (each: bigint): boolean => each > 2n ** 53n || each < -(2n ** 53n);
/** Integers beyond ±2^53, as MessagePack can hold them. */
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).filter(outside);
/** Of any size: JSON and CBOR alone. */
const huge = fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }).filter(outside);

const key = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toJSON', 'hasOwnProperty', '', '7', 'length'),
  },
  { weight: 3, arbitrary: text },
);

/** @param options.huge integers beyond 64 bit @param options.bytes byte strings, which JSON has as text */
export function payloadValue(options: {
  readonly huge?: boolean;
  readonly bytes?: boolean;
}): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(
    text,
    integer,
    float,
    long,
    fc.boolean(),
    fc.constant(null),
    ...(options.huge === true ? [huge] : []),
    ...(options.bytes === true ? [fc.uint8Array({ maxLength: 40 })] : []),
  );
  return fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), tie('dict')),
    dict: fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map(dictOf),
  })).value;
}

export const kwargs = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> =>
  fc.array(fc.tuple(key, values), { maxLength: 5 }).map(dictOf);

/** `__proto__` as an own key, as every decoder gives it. */
function dictOf(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries);
}
