/**
 * Splits a simple command into words as a POSIX shell does, for the quoting that our curl commands
 * use: single quotes, backslash outside quotes, line continuation, and `"$(printf '…')"` with `%%`
 * and octal escapes. Each word is bytes, since header values are Latin-1. Anything else throws, so
 * that a test cannot pass on a misread command.
 */
export function shellWords(command: string): Buffer[] {
  const words: Buffer[] = [];
  let word: Buffer[] | undefined;
  let at = 0;
  const add = (bytes: Buffer): void => {
    word = [...(word ?? []), bytes];
  };
  const endWord = (): void => {
    if (word !== undefined) words.push(Buffer.concat(word));
    word = undefined;
  };
  const singleQuoted = (): string => {
    const end = command.indexOf("'", at + 1);
    if (end < 0) throw new Error('unclosed quote');
    const text = command.slice(at + 1, end);
    at = end + 1;
    return text;
  };
  while (at < command.length) {
    const character = command[at]!;
    if (command.startsWith('\\\n', at)) {
      at += 2;
    } else if (/[ \t\n]/.test(character)) {
      endWord();
      at += 1;
    } else if (character === "'") {
      add(Buffer.from(singleQuoted()));
    } else if (character === '\\') {
      add(Buffer.from(command[at + 1] ?? ''));
      at += 2;
    } else if (command.startsWith('"$(printf ', at)) {
      at += '"$(printf '.length;
      let format = '';
      while (!command.startsWith(')"', at)) {
        if (command[at] === "'") format += singleQuoted();
        else if (command[at] === '\\') {
          format += command[at + 1];
          at += 2;
        } else throw new Error(`unquoted text in printf at ${at}`);
      }
      at += 2;
      add(printf(format));
    } else if (/[\w./:=@,+-]/.test(character)) {
      add(Buffer.from(character));
      at += 1;
    } else {
      throw new Error(`a shell would not take ${JSON.stringify(character)} as it is`);
    }
  }
  endWord();
  return words;
}

function printf(format: string): Buffer {
  const text = format.replace(/\\\\|\\[0-7]{3}|\\.|%%|%|\P{ASCII}/gu, (code) => {
    if (code === '%%') return '%';
    if (code === '\\\\') return '\\';
    if (/^\\[0-7]{3}$/.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 8));
    throw new Error(`printf does not know ${code}`);
  });
  return Buffer.from(text, 'latin1');
}
