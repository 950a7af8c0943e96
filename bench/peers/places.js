import { join } from 'node:path';

/** Outside what git sees. */
export const FOLDER = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'bench-peers');
export const NEXUS = join(FOLDER, 'nexus');
/** The same as in nexus/go.mod. */
export const NEXUS_VERSION = 'v3.2.2';
export const CROSSBAR = join(FOLDER, 'crossbar', 'bin', 'crossbar');
export const CROSSBAR_VERSION = '26.10.1';
