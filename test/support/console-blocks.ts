/** One command of a ```console block, and its output according to the document. */
export interface ConsoleStep {
  readonly command: string;
  /** The lines below the command; a line `…` stands for any number of lines. */
  readonly printed: string;
}

/**
 * The commands of a Markdown document's console blocks, in order. A backslash continues a command
 * on the next line.
 */
export function consoleSteps(markdown: string): ConsoleStep[] {
  const steps: ConsoleStep[] = [];
  for (const [, block = ''] of markdown.matchAll(/^```console\n(.*?)^```$/gms)) {
    let step: { command: string; printed: string } | undefined;
    for (const line of block.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) {
        step = { command: line.slice(2), printed: '' };
        steps.push(step);
      } else if (step === undefined) {
        throw new Error(`a console block begins with a command: ${line}`);
      } else {
        step.printed += `${line}\n`;
      }
    }
  }
  return steps;
}

/** A pattern for what a step prints. */
export function printedPattern(printed: string): RegExp {
  const lines = printed.split('\n').slice(0, -1);
  const patterns = lines.map((line) => (line === '…' ? '(?:.*\\n)*?' : `${escapeForRegExp(line)}\\n`));
  return new RegExp(`^${patterns.join('')}$`);
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
