// RFC 3454, table C.1.2: spaces other than U+0020.
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;

// RFC 3454, table B.1: mapped to nothing. These are numbers, because in source text some would join
// adjacent characters.
const NOTHING: ReadonlySet<number> = new Set([
  0x00ad, 0x034f, 0x1806, 0x180b, 0x180c, 0x180d, 0x200c, 0x200d, 0x2060, 0xfeff,
]);
const isVariationSelector = (code: number): boolean => code >= 0xfe00 && code <= 0xfe0f;

/**
 * The mapping and normalisation of SASLprep (RFC 4013 sections 2.1 and 2.2), which WAMP-SCRAM
 * requires for passwords. Does not check for prohibited characters, because a password that no
 * client can send never matches.
 */
export function saslprep(text: string): string {
  const kept = [...text.replace(SPACES, ' ')].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    return !NOTHING.has(code) && !isVariationSelector(code);
  });
  return kept.join('').normalize('NFKC');
}
