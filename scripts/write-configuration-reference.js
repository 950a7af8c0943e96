/** Writes docs/reference/configuration.md from the schema in dist/config. --check only checks it. */
import { renderReference } from '../dist/config/reference.js';
import { writeOrCheck } from './write-or-check.js';

writeOrCheck('docs/reference/configuration.md', renderReference());
