import { describe, expect, it } from 'vitest';
import {
  byteSize,
  type DataType,
  dotPath,
  duration,
  fileError,
  filePath,
  flag,
  integer,
  ipAddress,
  listOf,
  nonEmptyText,
  oneOf,
  readableFile,
  statuses,
  text,
} from './datatypes.js';
import { ValueError } from './value-error.js';

const CONTEXT = {
  directory: '/etc/gateway',
  readFile(path: string) {
    if (path !== '/etc/gateway/ca.pem') throw Object.assign(new Error('no'), { code: 'ENOENT' });
  },
};

function parse<T>(type: DataType<T>, value: string): T | 'refused' {
  try {
    return type.parse(value, CONTEXT);
  } catch (error) {
    if (error instanceof ValueError) return 'refused';
    throw error;
  }
}

describe('duration', () => {
  it.each([
    ['15s', 15_000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['30m1h', 5_400_000],
    ['1w2d3h4m5s6ms', 788_645_006],
    ['1f', 14 * 86_400_000],
    ['0.5s', 500],
    ['24d', 24 * 86_400_000],
    ['24d1ms', 'refused'],
    ['0', 'refused'],
    ['0s', 'refused'],
    ['0.1ms', 'refused'],
    ['15', 'refused'],
    ['', 'refused'],
    ['s', 'refused'],
    ['15S', 'refused'],
    ['-1s', 'refused'],
    ['1e3s', 'refused'],
    ['1s2s', 'refused'],
    ['15x', 'refused'],
    [`${'9'.repeat(400)}s`, 'refused'],
  ])('reads %j as %j ms', (value, ms) => {
    expect(parse(duration(), value)).toBe(ms);
  });

  it('is never longer than the maximum of a timer', () => {
    expect(parse(duration(), '24d')).toBeLessThanOrEqual(2 ** 31 - 1);
    expect(parse(duration(), '24d1ms')).toBe('refused');
  });

  it('accepts zero if zero has a meaning', () => {
    expect(parse(duration({ zero: 'never' }), '0')).toBe(0);
    expect(parse(duration({ zero: 'never' }), '0s')).toBe(0);
  });

  it.each([
    ['5 s', 5000],
    ['1h 30m', 5_400_000],
    ['1 h 30 m', 5_400_000],
    ['1 5s', 'refused'],
    ['5  s', 'refused'],
    ['5_000ms', 'refused'],
  ])('reads %j, which contains other characters than digits and units, as %j', (value, ms) => {
    expect(parse(duration(), value)).toBe(ms);
  });

  it('does not guess what a capital unit means', () => {
    expect(() => duration().parse('5M', CONTEXT)).toThrow(/small letters/);
  });

  it('gets a message with an example, but without the value, if the unit is missing', () => {
    expect(() => duration().parse('15', CONTEXT)).toThrow(/needs a unit.*as in 15s/);
    expect(() => duration().parse('4711', CONTEXT)).not.toThrow(/4711/);
  });
});

describe.each<[string, DataType<unknown>, [string, unknown][]]>([
  [
    'text',
    text,
    [
      ['', ''],
      [' a', ' a'],
    ],
  ],
  [
    'nonEmptyText',
    nonEmptyText,
    [
      ['', 'refused'],
      ['a', 'a'],
    ],
  ],
  [
    'integer',
    integer({ min: 1, max: 100 }),
    [
      ['1', 1],
      ['100', 100],
      ['+7', 7],
      ['007', 7],
      ['0', 'refused'],
      ['101', 'refused'],
      ['-1', 'refused'],
      ['1.0', 'refused'],
      ['1e1', 'refused'],
      ['', 'refused'],
      ['0x10', 'refused'],
      ['1_0', 'refused'],
      ['9'.repeat(400), 'refused'],
    ],
  ],
  [
    'flag',
    flag,
    [
      ['on', true],
      ['off', false],
      ['true', 'refused'],
      ['ON', true],
      ['Off', false],
      ['o\u0144', 'refused'],
      ['', 'refused'],
    ],
  ],
  [
    'oneOf',
    oneOf('get', 'post'),
    [
      ['get', 'get'],
      ['GET', 'get'],
      ['Post', 'post'],
      ['constructor', 'refused'],
      ['', 'refused'],
    ],
  ],
  [
    'byteSize',
    byteSize,
    [
      ['1KB', 1024],
      ['16MB', 16 * 1024 ** 2],
      ['16 mb', 16 * 1024 ** 2],
      ['2048', 2048],
      ['500MB', 500 * 1024 ** 2],
      ['501MB', 'refused'],
      ['1GB', 'refused'],
      ['0.4GB', 'refused'],
      ['16', 'refused'],
      ['0', 'refused'],
      ['1TB', 'refused'],
      ['MB', 'refused'],
      ['-1MB', 'refused'],
    ],
  ],
  [
    'listOf',
    listOf(oneOf('a', 'b')),
    [
      ['a', ['a']],
      ['a,b', ['a', 'b']],
      [' a , a ,b', ['a', 'b']],
      ['', []],
      ['a,', 'refused'],
      ['a b', 'refused'],
      ['c', 'refused'],
    ],
  ],
  [
    'statuses',
    statuses({ min: 400, max: 599 }),
    [
      ['429, 503', [429, 503]],
      ['399', 'refused'],
      ['600', 'refused'],
      ['5xx', 'refused'],
    ],
  ],
  [
    'dotPath',
    dotPath,
    [
      ['token', ['token']],
      ['a.b.c', ['a', 'b', 'c']],
      ['@odata\\.nextLink', ['@odata.nextLink']],
      ['a.b\\.c.d', ['a', 'b.c', 'd']],
      ['', 'refused'],
      ['a..b', 'refused'],
      ['.a', 'refused'],
      ['a. b', 'refused'],
    ],
  ],
  [
    'filePath',
    filePath,
    [
      ['a/../b.pem', '/etc/gateway/b.pem'],
      ['/b.pem', '/b.pem'],
      ['', 'refused'],
      ['a\0', 'refused'],
    ],
  ],
  [
    'readableFile',
    readableFile,
    [
      ['ca.pem', '/etc/gateway/ca.pem'],
      ['other.pem', 'refused'],
      ['', 'refused'],
    ],
  ],
  [
    'ipAddress',
    ipAddress,
    [
      ['0.0.0.0', '0.0.0.0'],
      ['::1', '::1'],
      ['localhost', 'localhost'],
      ['example.com', 'refused'],
      ['1.2.3', 'refused'],
      ['', 'refused'],
    ],
  ],
])('%s', (_, type, cases) => {
  it.each(cases)('reads %j as %j', (value, wanted) => {
    expect(parse(type, value)).toEqual(wanted);
  });
});

describe('fileError', () => {
  it('is a plain message for every error', () => {
    expect(fileError(Object.assign(new Error('x'), { code: 'EISDIR' }))).toBe(
      'this is a directory, not a file',
    );
    expect(fileError(Object.assign(new Error('x'), { code: 'EMFILE' }))).toBe(
      'the file cannot be read (EMFILE)',
    );
    expect(fileError(new Error('/secret/path'))).toBe('the file cannot be read');
    expect(fileError(undefined)).toBe('the file cannot be read');
  });
});
