import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BESIDE = fileURLToPath(new URL('../../../shared/openapi-corpus', import.meta.url));

/** The folder with real OpenAPI documents; undefined if there is none. */
export const CORPUS = findCorpus();

/** A real document. */
export interface CorpusDocument {
  /** The name of its file or folder, without an ending. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** The documents: those in the folder, and the only one of a sub-folder's `specification`. */
export const DOCUMENTS: readonly CorpusDocument[] = (
  CORPUS === undefined ? [] : readdirSync(CORPUS, { withFileTypes: true })
).flatMap((entry) => {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isDirectory()) {
    return /\.(?:json|yaml)$/.test(path) ? [{ name: basename(path).replace(/\.\w+$/, ''), path }] : [];
  }
  const inner = join(path, 'specification');
  return readdirSync(inner)
    .filter((name) => /^[A-Z].*\.yaml$/.test(name))
    .map((name) => ({ name: entry.name, path: join(inner, name) }));
});

function findCorpus(): string | undefined {
  const given = process.env['OPENAPI_CORPUS'];
  const folder = given ?? BESIDE;
  if (existsSync(folder)) return folder;
  if (given !== undefined) throw new Error(`OPENAPI_CORPUS: there is no folder ${given}`);
  console.warn(
    `skipped: there are no OpenAPI documents in ${BESIDE}, and OPENAPI_CORPUS names no other folder`,
  );
  return undefined;
}
