import { describe, expect, it } from 'vitest';
import { CALL_ERRORS, GATEWAY_ERROR_CODES } from '../../src/errors.js';
import { OTHER_4XX_URI, OTHER_URI, STATUS_URIS } from '../../src/gateway/pipeline/reply/status-uris.js';
import { readDocument, tableBelow } from '../support/documents.js';

describe('docs/errors.md', () => {
  const markdown = readDocument('docs/errors.md');

  it('holds the URI of every status, and no other', () => {
    expect(tableBelow(markdown, '## Errors of the upstream')).toEqual([
      ...Object.entries(STATUS_URIS),
      ['other 4xx', OTHER_4XX_URI],
      ['any other', OTHER_URI],
    ]);
  });

  it("holds every error of the gateway's own, and no other", () => {
    const rows = tableBelow(markdown, '## Errors of the gateway').map((cells) => cells.slice(0, 3));
    expect(rows).toEqual(
      Object.entries(CALL_ERRORS).map(([code, { uri, status }]) => [code, uri, String(status ?? '–')]),
    );
  });

  it('holds every code of GatewayError, and no other', () => {
    const rows = tableBelow(markdown, '## A gateway that cannot start').map(([code]) => code);
    expect(rows).toEqual([...GATEWAY_ERROR_CODES]);
  });
});
