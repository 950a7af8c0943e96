import fc from 'fast-check';

/** JSON as other programs write it: white space, escapes, all forms of numbers, duplicate keys. */

const space = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 }) },
);
const join = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((each) => each.join(''));

const hex = fc.integer({ min: 0, max: 0xffff }).map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`);
const plain = fc.constantFrom(...'abcxyz019 -.,:[]{}/eltu', 'é', '€', '😀', '\u2028', '\u007f', '\ufeff');
const escaped = fc.oneof(
  fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u00e9', '\\u005C', '\\u0022'),
  fc.constantFrom('\\ud83d\\ude00', '\\uD800\\uDC00', '\\udbff\\udfff'),
);
/**
 * Of these, text that stands for bytes or is half a surrogate pair has to be read before it can be
 * written.
 */
const odd = fc.oneof(hex, fc.constantFrom('\\u0000AQ==', '\\ud83d', '\\ude00\\ud83d', '\\\\ud83d\\ude00'));
const inside = fc.oneof(
  { weight: 40, arbitrary: fc.string({ unit: plain, maxLength: 12 }) },
  { weight: 40, arbitrary: fc.string({ unit: fc.oneof(plain, escaped), maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: fc.oneof(plain, odd), maxLength: 6 }) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(22, 30, 254), fc.string({ unit: fc.oneof(plain, escaped), maxLength: 4 }))
      .map(([length, end]) => 'x'.repeat(length) + end),
  },
);
const text = inside.map((each) => `"${each}"`);

const digits = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength });
const sign = fc.constantFrom('', '', '-');
const integer = fc.oneof(
  join(
    sign,
    fc.constantFrom(
      ...['0', '1', '23', '24', '31', '32', '33', '127', '128', '129', '255', '256', '257', '32767', '32768'],
      ...['32769', '65535', '65536', '2147483647', '2147483648', '4294967295', '4294967296', '4294967297'],
      ...['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807'],
      ...['9223372036854775808', '9223372036854775809', '18446744073709551615', '18446744073709551616'],
    ),
  ),
  join(sign, fc.constantFrom(...'123456789'), digits(20)),
  fc.integer().map(String),
);
const number = fc.oneof(
  { weight: 4, arbitrary: integer },
  { weight: 2, arbitrary: join(integer, fc.constant('.'), digits(18)) },
  { weight: 1, arbitrary: join(integer, fc.constantFrom('e', 'E', 'e+', 'e-', '.0e', '.5E-'), digits(2)) },
  { weight: 1, arbitrary: fc.constantFrom('-0', '-0.0', '1.0', '0e9', '1e400', '-1e400', '5e-324', '1e21') },
  {
    weight: 2,
    arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => JSON.stringify(each)),
  },
);

const scalar = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 4, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'null') },
);
const key = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('"a"', '"__proto__"', '"7"', '""') },
  { weight: 9, arbitrary: text },
);

/** One document. */
export const jsonDocument: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    join(space, scalar, space),
    join(
      fc.constant('['),
      fc.array(tie('value'), { maxLength: 6 }).map((items) => items.join()),
      fc.constant(']'),
      space,
    ),
    join(
      fc.constant('{'),
      fc
        .array(join(space, key, space, fc.constant(':'), tie('value')), { maxLength: 6 })
        .map((entries) => entries.join()),
      fc.constant('}'),
      space,
    ),
  ),
})).value;
