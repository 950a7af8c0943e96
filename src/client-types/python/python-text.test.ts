import { describe, expect, it } from 'vitest';
import { className, docstring, pythonComment, pythonString, snakeCase } from './python-text.js';

describe('names in Python', () => {
  it.each([
    ['getInvoice', 'get_invoice', 'GetInvoice'],
    ['get-invoice', 'get_invoice', 'GetInvoice'],
    ['URLInfo', 'url_info', 'URLInfo'],
    ['GET', 'get', 'GET'],
    ['v1.Pod', 'v1_pod', 'V1Pod'],
    ['class', 'class_', 'Class'],
    ['__init__', 'init', 'Init'],
    ['2fa', '_2fa', '2fa'],
    ['größe', 'gr_e', 'GrE'],
    ['', 'unnamed', ''],
  ])('of %j are %s and %s', (name, snake, pascal) => {
    expect([snakeCase(name), className(name)]).toEqual([snake, pascal]);
  });
});

describe('text of a document in Python', () => {
  it('is a string in ASCII', () => {
    expect(pythonString('a"\\\n\u202eü\u{1f4b6}\ud800')).toBe(
      '"a\\"\\\\\\n\\u202e\\u00fc\\U0001f4b6\\ufffd"',
    );
  });

  it('cannot end a docstring or a comment', () => {
    expect(docstring('a """ b\\', '')).toBe('"""a \\"\\"\\" b\\\\"""\n');
    expect(docstring('say "x"', '')).toBe('"""\nsay "x"\n"""\n');
    expect(pythonComment('a\r\nb\u2028c\fd', '  ')).toBe('  # a\n  # b\n  # c\n  # d\n');
    expect(pythonComment('', '')).toBe('');
  });

  it('cannot be a type in a comment', () => {
    expect(pythonComment('type: ignore\na type: b', '')).toBe('#: type: ignore\n# a type: b\n');
  });
});
