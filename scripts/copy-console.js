// Copies the files of the console that need no compiler to dist/console/.
import { copyFileSync, mkdirSync } from 'node:fs';

const from = new URL('../console/', import.meta.url);
const to = new URL('../dist/console/', import.meta.url);
mkdirSync(to, { recursive: true });
for (const name of ['index.html', 'style.css', 'icon.svg'])
  copyFileSync(new URL(name, from), new URL(name, to));
