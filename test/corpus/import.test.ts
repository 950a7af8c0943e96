import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPair } from '../support/import-pair.js';
import { kwargsFor } from '../support/odd-kwargs.js';

const CORPUS = process.env['OPENAPI_CORPUS'];
if (CORPUS === undefined) console.warn('skipped: OPENAPI_CORPUS names no folder with OpenAPI documents');

/** The documents: those in the folder, and the only one of a sub-folder's `specification`. */
const DOCUMENTS = (CORPUS === undefined ? [] : readdirSync(CORPUS, { withFileTypes: true })).flatMap(
  (entry) => {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory()) return /\.(?:json|yaml)$/.test(path) ? [path] : [];
    const inner = join(path, 'specification');
    return readdirSync(inner)
      .filter((name) => /^[A-Z].*\.yaml$/.test(name))
      .map((name) => join(inner, name));
  },
);

describe.skipIf(CORPUS === undefined)('the imported lines of real documents', () => {
  it.each(DOCUMENTS.map((document) => [basename(document), document]))(
    'have the requests of the document: %s',
    async (name, document) => {
      // Some documents give two operations the same operationId.
      const first = await importPair(document).catch(() => undefined);
      const { err, lines, defs, pairs } = first ?? (await importPair(document, ['--naming', 'path']));
      const isNotice = (message: string) => !/^a response is not described|but the servers of/.test(message);
      expect(lines.notices.map(({ message }) => message).filter(isNotice)).toEqual([]);
      const left = /(\d+) left out$/m.exec(err)?.[1] ?? '0';
      expect(pairs.length).toBe((defs?.operationCount ?? 0) - Number(left));
      const different: string[] = [];
      const silent: string[] = [];
      const counts = { same: 0, refused: 0, narrower: 0, different: 0 };
      for (const { uri, operation, isKept, compare } of pairs) {
        const found = kwargsFor(operation, defs?.defs ?? {}, 4).map(compare);
        for (const { kind, why } of found) {
          counts[kind]++;
          if (kind === 'different' || (isKept && kind === 'narrower')) different.push(`${uri}: ${why}`);
        }
        if (!isKept && !found.some(({ kind }) => kind === 'same')) silent.push(`${uri}: ${found[2]?.why}`);
      }
      const kept = pairs.filter(({ isKept }) => isKept).length;
      console.log(name, { plain: pairs.length - kept, kept, left, silent: silent.length, ...counts });
      expect(different.slice(0, 3)).toEqual([]);
      // An operation without any request would show nothing.
      expect(silent.slice(0, 3)).toEqual([]);
    },
  );
});
