// Removes dist/, so that no file stays there whose source was moved or removed.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
