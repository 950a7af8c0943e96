/** Reads the options of a command in this folder. A wrong option ends it with one sentence. */
import { parseArgs } from 'node:util';

/** Ends the process with the exit code for a wrong command line. */
export function refuse(sentence, usage) {
  console.error(`${sentence}\n\n${usage}`);
  process.exit(2);
}

/**
 * @param {string} usage the text of --help
 * @param {Record<string, { type: 'boolean' | 'string' | 'number', default?: unknown }>} options numbers must be above zero
 */
export function readOptions(usage, options) {
  const asked = { help: { type: 'boolean', default: false } };
  for (const [name, { type }] of Object.entries(options))
    asked[name] = { type: type === 'boolean' ? type : 'string' };
  let values;
  try {
    ({ values } = parseArgs({ options: asked }));
  } catch (error) {
    refuse(error.message, usage);
  }
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const read = {};
  for (const [name, { type, default: otherwise }] of Object.entries(options)) {
    const value = values[name];
    read[name] = value === undefined ? otherwise : value;
    if (type !== 'number' || value === undefined) continue;
    read[name] = Number(value);
    if (!(read[name] > 0) || !Number.isFinite(read[name])) {
      refuse(`--${name} takes a number above zero, not "${value}".`, usage);
    }
  }
  return read;
}
