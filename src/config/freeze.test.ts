import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { deepFreeze, frozenMap, hideFromPrint, hideUnlisted, secretMap } from './freeze.js';

describe('secretMap', () => {
  const map = secretMap([['token', 'hunter2']]);

  it('can be read', () => {
    expect(map.get('token')).toBe('hunter2');
    expect([...map.keys()]).toEqual(['token']);
  });

  it('is not printed, alone or in an object or list', () => {
    for (const holder of [map, { map }, [map]]) {
      expect(inspect(holder, { depth: 9 })).not.toContain('hunter2');
      expect(inspect(holder, { depth: 9 })).toContain('[secret]');
      expect(JSON.stringify(holder)).toContain('[secret]');
    }
  });
});

describe('hideFromPrint', () => {
  it('does not change the contents', () => {
    const hidden = hideFromPrint({ source: 'hunter2' });
    expect(hidden.source).toBe('hunter2');
    expect(JSON.stringify([hidden])).toBe('["[secret]"]');
  });
});

describe('hideUnlisted', () => {
  it('shows only enumerable properties', () => {
    const holder = Object.defineProperty({ authid: 'gateway' }, 'ticket', { value: 'hunter2' });
    hideUnlisted(hideUnlisted(holder));
    for (const text of [inspect([holder], { showHidden: true }), format('%o %O', holder, { holder })]) {
      expect(text).toContain('gateway');
      expect(text).not.toContain('hunter2');
    }
    expect(holder).toHaveProperty('ticket', 'hunter2');
  });
});

describe('frozenMap', () => {
  it('cannot be changed', () => {
    const map = frozenMap([[1, 'a']]) as Map<number, string>;
    expect(() => map.set(2, 'b')).toThrow(TypeError);
    expect(() => map.delete(1)).toThrow(TypeError);
    expect(() => map.clear()).toThrow(TypeError);
    expect([...map]).toEqual([[1, 'a']]);
  });
});

describe('deepFreeze', () => {
  it('freezes lists, objects, non-enumerable properties and values of maps', () => {
    const hidden = { a: 1 };
    const inMap = { b: 1 };
    const value = { list: [{ c: 1 }], map: new Map([['x', inMap]]) };
    Object.defineProperty(value, 'hidden', { value: hidden });
    deepFreeze(value);
    for (const part of [value, value.list, value.list[0], hidden, inMap])
      expect(Object.isFrozen(part)).toBe(true);
  });
});
