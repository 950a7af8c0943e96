/**
 * Removes one line break at the end, which editors and `echo` add (POSIX.1-2017 §3.206). No
 * credential ends with a line break.
 */
export function withoutLineBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}
