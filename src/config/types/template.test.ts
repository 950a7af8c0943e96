import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalsOf, parseTemplate, TemplateError, variablesOf } from './template.js';

const variable = (name: string, defaultText?: string) => ({ name, defaultText });

describe('parseTemplate', () => {
  it.each([
    ['', []],
    ['text }} {', ['text }} {']],
    ['{{id}}', [variable('id')]],
    ['{{ id }}', [variable('id')]],
    ['/a/{{id}}/b', ['/a/', variable('id'), '/b']],
    ['{{a}}{{a}}', [variable('a'), variable('a')]],
    ['{{lang:-en}}', [variable('lang', 'en')]],
    ['{{lang:-}}', [variable('lang', '')]],
    ['{{a:- b:-c }}', [variable('a', ' b:-c ')]],
    ['{{caller.authid}}-{{_a-b.c}}', [variable('caller.authid'), '-', variable('_a-b.c')]],
    ['{{__proto__}}', [variable('__proto__')]],
    ['{"a":{{a}}}', ['{"a":', variable('a'), '}']],
  ])('reads %j', (source, parts) => {
    expect(parseTemplate(source)).toEqual({ source, parts });
  });

  it.each([
    '{{',
    'a {{b',
    '{{a}',
    '{{}}',
    '{{ }}',
    '{{:-x}}',
    '{{9}}',
    '{{a b}}',
    '{{a:b}}',
    '{{{a}}}',
    '{{é}}',
  ])('refuses %j', (source) => {
    expect(() => parseTemplate(source)).toThrow(TemplateError);
  });

  it('loses nothing: the joined parts are equal to the source', () => {
    const piece = fc.oneof(fc.constantFrom('{{a}}', '{{b:-c}}', '{', '}', ':-'), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const source = pieces.join('');
        let parts: ReturnType<typeof parseTemplate>['parts'];
        try {
          ({ parts } = parseTemplate(source));
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
          return;
        }
        const again = parts.map((part) => {
          if (typeof part === 'string') return part;
          return part.defaultText === undefined
            ? `{{${part.name}}}`
            : `{{${part.name}:-${part.defaultText}}}`;
        });
        expect(again.join('')).toBe(source.replace(/\{\{\s*(\w+)\s*/g, '{{$1'));
        expect(parts.some((part, at) => typeof part === 'string' && typeof parts[at + 1] === 'string')).toBe(
          false,
        );
      }),
    );
  });
});

describe('variablesOf and literalsOf', () => {
  const template = parseTemplate('a{{b}}c{{d:-e}}');
  it('return the variables and the literal texts of a template', () => {
    expect(variablesOf(template)).toEqual([variable('b'), variable('d', 'e')]);
    expect(literalsOf(template)).toEqual(['a', 'c', 'e']);
  });
});
