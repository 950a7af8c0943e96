import type { CommandWord, OptionWord } from './command-words.js';

/** A completion script for bash 4 or later. */
export function bashScript(commands: readonly CommandWord[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# bash completion of rpc-gateway
_rpc_gateway() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$word"))
    return
  fi
  case "$command $before" in
${valueCases(commands)}
  esac
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _rpc_gateway rpc-gateway
`;
}

/** Completes the value of an option: a file name, one of its words, or nothing for free text. */
function valueCases(commands: readonly CommandWord[]): string {
  const cases = new Map<string, string[]>();
  for (const { name, options } of commands) {
    for (const { long, short, takes } of options) {
      if (takes === 'nothing') continue;
      const offer = offerOf(takes);
      const patterns = [long, short].filter((word) => word !== undefined).map((word) => `'${name} ${word}'`);
      cases.set(offer, [...(cases.get(offer) ?? []), ...patterns]);
    }
  }
  return [...cases].map(([offer, patterns]) => `    ${patterns.join(' | ')}) ${offer}return ;;`).join('\n');
}

function offerOf(takes: OptionWord['takes']): string {
  if (takes === 'text') return '';
  const words = takes === 'file' ? '-f' : `-W "${[takes].flat().join(' ')}"`;
  return `COMPREPLY=($(compgen ${words} -- "$word")); `;
}

function commandCase({ name, options, firstArgument }: CommandWord): string {
  const words = options.map(({ long }) => long).join(' ');
  const first =
    firstArgument === 'procedures'
      ? `$([ "$COMP_CWORD" -eq 2 ] && rpc-gateway list 2>/dev/null | awk 'NR > 1 && $1 ~ /^[A-Za-z0-9_.-]+$/ { print $1 }') `
      : firstArgument.length > 0
        ? `${firstArgument.join(' ')} `
        : '';
  return `    ${name}) COMPREPLY=($(compgen -W "${first}${words}" -- "$word")) ;;`;
}
