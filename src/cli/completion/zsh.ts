import type { CommandWord, OptionWord } from './command-words.js';

/** A completion script for zsh: a file named _rpc-gateway in a folder of fpath. */
export function zshScript(commands: readonly CommandWord[]): string {
  const described = commands.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`);
  return `#compdef rpc-gateway
# zsh completion of rpc-gateway
_rpc-gateway_procedures() {
  local -a uris
  uris=(\${(f)"$(rpc-gateway list 2>/dev/null | awk 'NR > 1 && $1 ~ /^[A-Za-z0-9_.-]+$/ { print $1 }')"})
  compadd -a uris
}
_rpc-gateway() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case "$words[1]" in
${commands.map(commandCase).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_rpc-gateway" ]; then _rpc-gateway "$@"; else compdef _rpc-gateway rpc-gateway; fi
`;
}

function commandCase({ name, options, firstArgument }: CommandWord): string {
  const specs = options.map(optionSpec);
  if (firstArgument === 'procedures') specs.push(quote('1:procedure:_rpc-gateway_procedures'));
  else if (firstArgument.length > 0) specs.push(quote(`1:shell:(${firstArgument.join(' ')})`));
  return `    ${name}) _arguments ${specs.join(' ')} ;;`;
}

function optionSpec({ long, description, takes }: OptionWord): string {
  const text = description.replace(/[[\]:]/g, '');
  const value = takes === 'nothing' ? '' : takes === 'file' ? ':file:_files' : ':value:';
  return quote(`${long}[${text}]${value}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
