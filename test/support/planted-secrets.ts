/** Part of every planted secret, so that one search finds all of them. */
export const MARK = 'S3CR3T';

/** A planted secret; in a failing test `where` shows which one has leaked. */
export const plantedSecret = (where: string): string => `${MARK}-${where}`;

/**
 * The mark within text that was encoded as a whole. In base64 it depends on the number of bytes
 * before it.
 */
const FORMS: readonly string[] = [
  MARK,
  MARK.toLowerCase(),
  Buffer.from(MARK).toString('hex'),
  ...[0, 1, 2].map((shift) => {
    const whole = Buffer.from(`${'-'.repeat(shift)}${MARK}`).toString('base64');
    // Without the characters that also encode bytes before or behind the mark.
    return whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + MARK.length) * 8) / 6));
  }),
];

/**
 * The planted secrets in a text, in any encoding, each with the text around it. A text without
 * secrets gives none.
 */
export function leaksIn(text: string): string[] {
  return FORMS.flatMap((form) =>
    [...text.matchAll(new RegExp(form, 'g'))].map(({ index }) =>
      text.slice(Math.max(0, index - 60), index + 60),
    ),
  );
}
