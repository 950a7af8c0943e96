import type { CommandWord, OptionWord } from './command-words.js';

/** A completion script for zsh, for a file named _rpc-gateway in a folder of fpath. */
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

/** The form `(-c --config)` stops zsh from offering either name of the option again. */
function optionSpec({ long, short, description, takes }: OptionWord): string {
  const spec = quote(`[${description.replace(/[[\]:]/g, '')}]${valueSpec(takes)}`);
  return short === undefined ? `${long}${spec}` : `'(${short} ${long})'{${short},${long}}${spec}`;
}

function valueSpec(takes: OptionWord['takes']): string {
  switch (takes) {
    case 'nothing':
      return '';
    case 'file':
      return ':file:_files';
    case 'text':
      return ':value:';
    default:
      return `:value:(${takes.join(' ')})`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
