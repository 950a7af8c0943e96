import { parseJson } from '../json.js';
import { CommandFailure, EXIT } from './host.js';

/**
 * Keyword arguments from `key=value` words. A value that parses as JSON is JSON, big integers exactly; any other is
 * text: `amount=2500` is a number, `id=INV-001` text, `id='"007"'` text too.
 */
export function parseCallArguments(words: readonly string[]): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) throw usage(`"${word}" is not an argument: write key=value, for example id=INV-001.`);
    const key = word.slice(0, equals);
    if (entries.has(key)) throw usage(`"${key}" is given twice: for a list write ${key}='[1, 2]'.`);
    entries.set(key, jsonOrText(word.slice(equals + 1)));
  }
  // fromEntries defines own properties, so a key named __proto__ is a key like any other.
  return Object.fromEntries(entries);
}

function jsonOrText(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function usage(sentence: string): CommandFailure {
  return new CommandFailure(sentence, EXIT.usage);
}
