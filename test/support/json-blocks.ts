/** The blocks of a document below one heading. */
export interface Section {
  readonly heading: string;
  readonly ini: readonly string[];
  readonly json: readonly string[];
}

/** The sections of a Markdown document that have a ```json block, in order. */
export function sectionsWithJson(markdown: string): readonly Section[] {
  return markdown
    .split(/^## /m)
    .map((text) => ({
      heading: text.slice(0, text.indexOf('\n')),
      ini: blocks(text, 'ini'),
      json: blocks(text, 'json'),
    }))
    .filter(({ json }) => json.length > 0);
}

function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, block = '']) => block,
  );
}
