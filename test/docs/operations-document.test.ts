import { describe, expect, it } from 'vitest';
import { LISTENER_KEYS } from '../../src/config/schema/listener.js';
import { SECURITY_KEYS } from '../../src/config/schema/security.js';
import { WAMP_KEYS } from '../../src/config/schema/wamp.js';
import { compileProcedure } from '../../src/tracing/span-facts.js';
import { openAdminFixture } from '../support/admin-fixture.js';
import { readDocument, tableBelow } from '../support/documents.js';
import { FAULT_ROWS } from '../support/fault-rows.js';
import { rawRequest, requestText } from '../support/raw-http.js';

describe('docs/operations.md', () => {
  it('names every limit there is', () => {
    const known = [
      ...Object.keys(WAMP_KEYS).map((key) => `wamp.${key}`),
      ...Object.keys(LISTENER_KEYS).map((key) => `listeners.$name.${key}`),
      ...Object.keys(SECURITY_KEYS).map((key) => `security.${key}`),
    ];
    const limits = known.filter((key) => /\.(?:max_|.*_timeout$|ping_)/.test(key));
    expect(limits.length).toBeGreaterThan(20);
    const table = tableBelow(readDocument('docs/operations.md'), '## Limits worth knowing');
    const named = new Set(table.flat().flatMap((cell) => cell.split(/[^\w.$]+/)));
    expect(limits.filter((key) => !named.has(key))).toEqual([]);
  });

  it('names only paths that an admin listener has', async () => {
    const fixture = await openAdminFixture();
    const cells = tableBelow(readDocument('docs/operations.md'), '## Admin listener').map(
      ([cell = '']) => cell,
    );
    const named = cells.flatMap((cell) => cell.match(/(?:GET|POST|…) ?\/[\w/-]+/g) ?? []);
    expect(named.length).toBeGreaterThan(9);
    for (const path of named) {
      const target = path.replace('…/', 'POST /services/NAME/');
      const known = requestText(target.replace('NAME', 'billing').replace('ID', '7'), ['Host: localhost']);
      const { status } = await rawRequest(fixture.url, known);
      // Some of them need parameters.
      expect({ target, isKnown: status !== 404 && status !== 405 }).toEqual({ target, isKnown: true });
    }
    await fixture.close();
  });

  it('names every attribute of spans', () => {
    const { call, attempt } = compileProcedure({
      service: 'billing',
      procedure: 'com.billing.get_invoice',
      realm: 'com.example.myrealm',
      method: 'GET',
      host: 'billing.example.com:443',
      path: '/invoices/{{id}}',
      adds: { traceparent: true, tracestate: true },
    });
    const [, section = ''] = /^## Traces$(.*?)^## /ms.exec(readDocument('docs/operations.md')) ?? [];
    const added = [
      'rpc_gateway.code',
      'http.response.status_code',
      'http.request.resend_count',
      'error.type',
    ];
    for (const name of [...Object.keys(call.attributes), ...Object.keys(attempt.attributes), ...added])
      expect(section).toContain(`\`${name}\``);
  });

  it('tells what happens when an upstream fails, as the tests find it', () => {
    const table = tableBelow(readDocument('docs/operations.md'), '### What happens when an upstream fails');
    expect(table).toEqual(
      FAULT_ROWS.map(({ fault, protection, ends, after, sheds, recovers }) => [
        fault,
        protection,
        ends,
        after,
        sheds,
        recovers,
      ]),
    );
  });
});
