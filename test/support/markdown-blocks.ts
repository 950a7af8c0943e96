/** The code block with this index and language below a heading, up to the next heading. */
export function blockBelow(markdown: string, heading: string, language: string, index = 0): string {
  const [, text] = new RegExp(
    `^#+ ${heading.replaceAll('.', '\\.')}\\n(.*?)(?=^#+ |$(?![\\s\\S]))`,
    'ms',
  ).exec(withoutBlocks(markdown)) ?? ['', undefined];
  const blocks = [...(text ?? '').matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))];
  const block = blocks[index]?.[1];
  if (block === undefined) throw new Error(`no ${language} block ${index} below ${heading}`);
  return unmask(block);
}

/** A `##` comment in a code block is not a heading. */
const MASK = '\u0001';
const withoutBlocks = (markdown: string): string =>
  markdown.replaceAll(/^```\w*\n.*?^```$/gms, (block) => block.replaceAll(/^#/gm, MASK));
const unmask = (block: string): string => block.replaceAll(MASK, '#');
