import { describe, expect, it } from 'vitest';
import { ERROR_ADVICE } from '../../console/src/error-advice.js';
import { readDocument, tableBelow } from '../support/documents.js';

describe('the advice of the console', () => {
  it('is that of docs/errors.md', () => {
    const plain = (text = '') => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
    const rows = tableBelow(readDocument('docs/errors.md'), '## Errors of the gateway');
    expect(
      rows.map(([code, , , happened, advice]) => [plain(code), [plain(happened), plain(advice)]]),
    ).toEqual(Object.entries(ERROR_ADVICE));
  });
});
