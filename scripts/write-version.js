// Writes the version of package.json into src/version.ts. `npm version` runs it.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const file = new URL('src/version.ts', root);
writeFileSync(file, readFileSync(file, 'utf8').replace(/VERSION = '.*?'/, `VERSION = '${version}'`));
