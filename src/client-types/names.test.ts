import { describe, expect, it } from 'vitest';
import { camelCase, createNames, pascalCase } from './names.js';
import { docComment, propertyName, stringLiteral } from './text.js';

describe('names', () => {
  it.each([
    ['get_invoice', 'getInvoice', 'GetInvoice'],
    ['getInvoice', 'getInvoice', 'GetInvoice'],
    ['GetInvoice', 'getInvoice', 'GetInvoice'],
    ['URLInfo', 'urlInfo', 'URLInfo'],
    ['GET', 'get', 'GET'],
    ['invoices.id.lines.get', 'invoicesIdLinesGet', 'InvoicesIdLinesGet'],
    ['io.k8s.api.core.v1.Pod', 'ioK8sApiCoreV1Pod', 'IoK8sApiCoreV1Pod'],
    ['2fa', '_2fa', '_2fa'],
    ['größe ändern', 'größeÄndern', 'GrößeÄndern'],
    ['', '_', '_'],
    ['__proto__', 'proto', 'Proto'],
    ["*/ '`", '_', '_'],
    ['\u{1f600}a\u{20000}', 'a', 'A'],
  ])('of %j are %s and %s', (name, camel, pascal) => {
    expect([camelCase(name), pascalCase(name)]).toEqual([camel, pascal]);
  });

  it('get a number if they are taken', () => {
    const nameOf = createNames(['Client']);
    expect(['Client', 'A', 'A', 'A', 'B'].map(nameOf)).toEqual(['Client_2', 'A', 'A_2', 'A_3', 'B']);
  });
});

describe('text of a document', () => {
  it.each(['a', "it's", 'say "x"', '\\', '\\"', "\\'", '\n\u2028\u202e\0', '\ud800', '__proto__'])(
    'is the same string in TypeScript: %j',
    (text) => {
      const literal = stringLiteral(text);
      expect(new Function(`return ${literal}`)()).toBe(text);
      expect(literal).not.toMatch(/[\u2028\u202e\n]/);
    },
  );

  it('is quoted as a name unless it is an identifier', () => {
    expect(['a', '$a_1', 'a-b', '1', ''].map(propertyName)).toEqual(['a', '$a_1', "'a-b'", "'1'", "''"]);
  });

  it('cannot end a comment', () => {
    expect(docComment(' a */ b\u202e\u0007 ', '  ')).toBe('  /** a *\\/ b */\n');
    expect(docComment('a\r\n\r\nb', '')).toBe('/**\n * a\n *\n * b\n */\n');
    expect(docComment(' \n ', '')).toBe('');
  });

  it('gives no orders to the compiler', () => {
    expect(docComment('@ts-ignore', '')).toBe('/**\n * @ts-ignore\n */\n');
  });
});
