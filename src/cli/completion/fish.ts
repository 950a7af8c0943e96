import type { CommandWord, OptionWord } from './command-words.js';

/** A completion script for fish. */
export function fishScript(commands: readonly CommandWord[]): string {
  const lines = ['# fish completion of rpc-gateway', 'complete -c rpc-gateway -f'];
  for (const { name, description, options, firstArgument } of commands) {
    const inside = quote(`__fish_seen_subcommand_from ${name}`);
    lines.push(`complete -c rpc-gateway -n __fish_use_subcommand -a ${name} -d ${quote(description)}`);
    for (const option of options) lines.push(`complete -c rpc-gateway -n ${inside} ${optionWords(option)}`);
    const words =
      firstArgument === 'procedures'
        ? `(rpc-gateway list 2>/dev/null | awk 'NR > 1 && $1 ~ /^[A-Za-z0-9_.-]+$/ { print $1 }')`
        : firstArgument.join(' ');
    if (words !== '') lines.push(`complete -c rpc-gateway -n ${inside} -a ${quote(words)}`);
  }
  return `${lines.join('\n')}\n`;
}

function optionWords({ long, short, description, takes }: OptionWord): string {
  const names = `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  return `${names}${valueWords(takes)} -d ${quote(description)}`;
}

function valueWords(takes: OptionWord['takes']): string {
  switch (takes) {
    case 'nothing':
      return '';
    case 'file':
      return ' -r -F';
    case 'text':
      return ' -x';
    default:
      return ` -x -a ${quote(takes.join(' '))}`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
