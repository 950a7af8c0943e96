import { describe, expect, it } from 'vitest';
import { errorLocation } from './log.js';

describe('the place of a failure', () => {
  const parse = (json: string): unknown => {
    try {
      JSON.parse(json);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('consists of its kind and at most five of the innermost frames', () => {
    const { error, at = '' } = errorLocation(new RangeError('of 3'));
    expect(error).toBe('RangeError');
    expect(at).toMatch(/^ +at .*log\.test\.ts/);
    expect(at.split('\n').length).toBeLessThanOrEqual(5);
    expect(errorLocation(new Error('')).at).toMatch(/log\.test\.ts/);
  });

  it.each([
    ['what a parser quotes', parse('{"a":\n at s3cret }')],
    ['a line in the midst', new Error('no\n    at s3cret\nhere')],
    ['the last line', new Error('no\n    at s3cret')],
  ])('contains no lines of the message, even if they look like frames: %s', (_, failure) => {
    expect(String(failure)).toContain('\n');
    const { at } = errorLocation(failure);
    expect(at).toContain('log.test.ts');
    expect(at).not.toContain('s3cret');
  });

  it('contains no frames if the message was changed and its old text could pass for frames', () => {
    const failure = new Error('no\n    at s3cret');
    // Written down when it is first read.
    expect(failure.stack).toContain('s3cret');
    failure.message = 'another';
    expect(errorLocation(failure)).toEqual({ error: 'Error', at: '' });
  });

  it('is the type of a value that is not an error', () => {
    expect(errorLocation('s3cret')).toEqual({ error: 'string' });
  });
});
