import { describe, expect, it } from 'vitest';
import { SecretError } from './provider.js';
import { applyTransform, type FieldUse } from './transforms.js';

const MARK = 'S3CR3T';
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const apply = (value: unknown, transform: FieldUse['transform']): string =>
  applyTransform(value, { field: 'CREDENTIALS', transform });

/** The message of a refusal, which names the field and never the value. */
function refusal(value: unknown, transform: FieldUse['transform']): string {
  try {
    apply(value, transform);
  } catch (error) {
    expect(error).toBeInstanceOf(SecretError);
    const { message } = error as SecretError;
    expect(message).toContain('field CREDENTIALS ');
    expect(message).not.toContain(MARK);
    if (typeof value === 'string' && value.length > 6) expect(message).not.toContain(value);
    return message;
  }
  throw new Error('was not refused');
}

describe('every transform', () => {
  it.each([undefined, null, '', '\n', {}, { a: MARK }, [MARK], [], Number.POSITIVE_INFINITY])(
    'refuses %j',
    (value) => {
      for (const transform of ['none', 'basic_username', 'basic_password'] as const) {
        expect(refusal(value, transform)).toMatch(/missing|empty|must be text|out of range/);
      }
    },
  );
});

describe('none', () => {
  it.each([
    ['text', 'text'],
    [' kept as it is ', ' kept as it is '],
    ['less its line break\n', 'less its line break'],
    ['less its line break\r\n', 'less its line break'],
    ['less one\n\n', 'less one\n'],
    ['not\nin the middle', 'not\nin the middle'],
    [42, '42'],
    [0, '0'],
    [-1.5, '-1.5'],
    [12345678901234567890n, '12345678901234567890'],
    [true, 'true'],
    [false, 'false'],
  ])('converts %s to text', (value, text) => {
    expect(apply(value, 'none')).toBe(text);
  });
});

describe('basic_username and basic_password', () => {
  it.each([
    ['Basic YWxhZGRpbjpvcGVuc2VzYW1l', 'aladdin', 'opensesame'],
    ['basic YWxhZGRpbjpvcGVuc2VzYW1l', 'aladdin', 'opensesame'],
    ['BASIC \t YWxhZGRpbjpvcGVuc2VzYW1l', 'aladdin', 'opensesame'],
    ['YWxhZGRpbjpvcGVuc2VzYW1l', 'aladdin', 'opensesame'],
    [' Basic YWxhZGRpbjpvcGVuc2VzYW1l\n', 'aladdin', 'opensesame'],
    [base64('user:pass:with:colons'), 'user', 'pass:with:colons'],
    [base64('user:'), 'user', ''],
    [base64('jürgen:pässwörd €'), 'jürgen', 'pässwörd €'],
    [base64('\ufeffuser:pass'), '\ufeffuser', 'pass'],
    [base64('user:pass\n'), 'user', 'pass'],
    ['Basic YTpi\n  YmI=\n', 'a', 'bbb'],
    // With one and with two padding characters, and without.
    ['Basic YTpiYw==', 'a', 'bc'],
    ['Basic YTpiYw', 'a', 'bc'],
    ['Basic YTpiY2Q=', 'a', 'bcd'],
    ['Basic YTpiY2Q', 'a', 'bcd'],
  ])('read %j', (value, username, password) => {
    expect(apply(value, 'basic_username')).toBe(username);
    expect(apply(value, 'basic_password')).toBe(password);
  });

  it.each([
    ['Basic', 'not base64'],
    ['Basic  ', 'not base64'],
    ['   ', 'not base64'],
    [`user:${MARK}`, 'not base64'],
    [`Bearer ${base64(`user:${MARK}`)}`, 'not base64'],
    [`Basic ${base64(`user:${MARK}`)} x`, 'not base64'],
    [`Basic ${base64(`user:${MARK}`)}A`, 'not base64'],
    [`Basic ${base64('a:b')}=`, 'not base64'],
    ['Basic YTpiYx==', 'not base64'],
    ['Basic YTp-Pz8_', 'not base64'],
    ['Basic YTpi%3D', 'not base64'],
    ['Basic =', 'not base64'],
    [base64(Uint8Array.of(0x61, 0x3a, 0xff, 0xfe)), 'not contain UTF-8'],
    [base64(`user ${MARK}`), 'no colon'],
    [base64(`user:${MARK}\n\n`), 'line break'],
    [base64(`user\n:${MARK}`), 'line break'],
    [base64(`user:\0${MARK}`), 'control character'],
    [12345678, 'not contain UTF-8'],
  ])('refuse %j', (value, reason) => {
    expect(refusal(value, 'basic_username')).toContain(reason);
    expect(refusal(value, 'basic_password')).toContain(reason);
  });

  it('require a user name for basic_username', () => {
    const value = `Basic ${base64(`:${MARK}`)}`;
    expect(refusal(value, 'basic_username')).toContain('no user name');
    expect(apply(value, 'basic_password')).toBe(MARK);
  });
});
