/**
 * Without the one line break at its end that editors and `echo` put there: no credential ends in one (POSIX.1-2017 §3.206
 * has every line of a file end so).
 */
export function withoutLineBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}
