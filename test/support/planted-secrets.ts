/** Stands in every planted secret, so that one search finds any of them. */
export const MARK = 'S3CR3T';

/** A planted secret; `where` tells in a failing test which one has leaked. */
export const plantedSecret = (where: string): string => `${MARK}-${where}`;

/** How the mark looks within text that was encoded as a whole: base64 shifts by what stands before. */
const FORMS: readonly string[] = [
  MARK,
  MARK.toLowerCase(),
  Buffer.from(MARK).toString('hex'),
  ...[0, 1, 2].map((shift) => {
    const whole = Buffer.from(`${'-'.repeat(shift)}${MARK}`).toString('base64');
    // Without the characters that what stands before or behind has a part in.
    return whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + MARK.length) * 8) / 6));
  }),
];

/** The planted secrets in a text, whatever their encoding, each with what follows; none is as it should be. */
export function leaksIn(text: string): string[] {
  return FORMS.flatMap((form) =>
    [...text.matchAll(new RegExp(form, 'g'))].map(({ index }) =>
      text.slice(Math.max(0, index - 60), index + 60),
    ),
  );
}
