import { describe, expect, it } from 'vitest';
import { importPair } from '../support/import-pair.js';
import { kwargsFor } from '../support/odd-kwargs.js';
import { CORPUS, DOCUMENTS } from './documents.js';

describe.skipIf(CORPUS === undefined)('the imported lines of real documents', () => {
  it.each(DOCUMENTS)('have the requests of the document: $name', async ({ name, path: document }) => {
    // Some documents give two operations the same operationId.
    const first = await importPair(document).catch(() => undefined);
    const { err, lines, defs, pairs } = first ?? (await importPair(document, ['--naming', 'path']));
    const isNotice = (message: string) =>
      !/^a response is not described|but the servers of|^has servers of its own/.test(message);
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
  });
});
