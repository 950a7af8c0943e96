/** The first line with text; '' if there is none. */
export function firstLineOf(text: string | undefined): string {
  return /\S.*/.exec(text ?? '')?.[0].trim() ?? '';
}
