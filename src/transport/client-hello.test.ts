import { describe, expect, it } from 'vitest';
import { createHelloScan } from './client-hello.js';

const record = (part: readonly number[]): number[] => [
  22,
  3,
  1,
  part.length >> 8,
  part.length & 255,
  ...part,
];
const message = (length: number): number[] => [
  1,
  0,
  length >> 8,
  length & 255,
  ...Array<number>(length).fill(7),
];
const cut = (octets: readonly number[], size: number): number[][] =>
  Array.from({ length: Math.ceil(octets.length / size) }, (_, at) =>
    octets.slice(at * size, (at + 1) * size),
  );

/** How many octets it takes until the message is whole. */
function wholeAfter(octets: readonly number[]): number | undefined {
  const scan = createHelloScan();
  const at = octets.findIndex((octet) => scan(Uint8Array.of(octet)));
  return at < 0 ? undefined : at + 1;
}

describe('the first message of a TLS handshake', () => {
  it.each([0, 1, 300, 5000])('is complete with the last octet of its body of %i octets', (length) => {
    const octets = record(message(length));
    expect(wholeAfter([...octets, 22, 3, 1])).toBe(octets.length);
    expect(createHelloScan()(Uint8Array.from(octets))).toBe(true);
    expect(createHelloScan()(Uint8Array.from(octets.slice(0, -1)))).toBe(false);
  });

  it.each([1, 3, 4, 5, 100])('may be split into records of %i octets', (size) => {
    const octets = cut(message(300), size).flatMap(record);
    expect(wholeAfter(octets)).toBe(octets.length);
  });

  it('may have empty records before it and within it', () => {
    const octets = [record([]), record([1, 0]), record([]), record([0, 1, 9])].flat();
    expect(wholeAfter(octets)).toBe(octets.length);
  });

  it.each([
    ['HTTP', [0x47, 0x45]],
    ['an alert', [21, 3, 1]],
    ['RawSocket', [0x7f, 0xf1]],
  ])('is left to the TLS library if it is %s', (_what, octets) => {
    expect(wholeAfter(octets)).toBe(1);
  });

  it('is not complete if fewer octets arrive than it announces', () => {
    expect(
      wholeAfter([...record([1, 255, 255, 255]), ...record(Array<number>(5000).fill(0))]),
    ).toBeUndefined();
  });
});
