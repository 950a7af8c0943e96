import { describe, expect, it } from 'vitest';
import { leaksIn, MARK, plantedSecret } from './planted-secrets.js';

describe('the search for planted secrets', () => {
  it.each([
    ['plain', plantedSecret('x')],
    ['in a host name', new URL(`http://${MARK}.example.com/`).host],
    ['percent-encoded', encodeURIComponent(`a b ${plantedSecret('x')}`)],
    ['in base64', Buffer.from(plantedSecret('x')).toString('base64')],
    ['in base64, one further', Buffer.from(`a${plantedSecret('x')}`).toString('base64')],
    ['in base64, two further', Buffer.from(`ab${plantedSecret('x')}`).toString('base64')],
    ['in base64, three further', Buffer.from(`abc${plantedSecret('x')}:`).toString('base64')],
    ['in base64, at the end', Buffer.from(`user:${MARK}`).toString('base64')],
    ['in base64url', Buffer.from(`user:${MARK}?`).toString('base64url')],
    ['in hexadecimal', Buffer.from(plantedSecret('x')).toString('hex')],
    ['in JSON within JSON', JSON.stringify(JSON.stringify({ a: plantedSecret('x') }))],
  ])('finds them %s', (_, text) => {
    expect(leaksIn(`before ${text} after`)).toHaveLength(1);
  });

  it('finds nothing else', () => {
    expect(leaksIn('a secret, S3CR, and dGhlIHNlY3JldA==')).toEqual([]);
  });
});
