/** A configuration in a Markdown document. */
export interface IniBlock {
  /** The heading above it. */
  readonly heading: string;
  readonly text: string;
}

/** The ```ini blocks of a document, in order. */
export function iniBlocks(markdown: string): readonly IniBlock[] {
  const blocks: IniBlock[] = [];
  let heading = '';
  for (const [, title, text] of markdown.matchAll(/^#+ ([^\n]*)$|^```ini\n(.*?)^```$|^```\w*\n.*?^```$/gms)) {
    if (title !== undefined) heading = title;
    if (text !== undefined) blocks.push({ heading, text });
  }
  return blocks;
}
