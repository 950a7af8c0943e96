import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandFixture, configuration } from '../../support/command-fixture.js';

const GOOD = '- {name: good, call: com.billing.get_invoice, kwargs: {id: 1}, request: {path: /invoices/1}}\n';
const BAD = '- {name: bad, call: com.billing.get_invoice, kwargs: {id: 1}, request: {path: /x}}\n';

describe('rpc-gateway test', () => {
  const fixture = commandFixture();

  function files(cases: string) {
    const { folder, upstream } = fixture;
    const config = folder.write('bondy.conf', configuration(upstream.url));
    return { config, cases: folder.write('cases.yaml', cases) };
  }

  it('ends with 1 if a case fails, says why, and sends nothing', async () => {
    const { config, cases } = files(GOOD + BAD);
    const { code, out } = await fixture.finished(['test', cases, '--config', config]);
    expect(out).toContain('✓ good');
    expect(out).toContain('✗ bad\n      request.path: expected "/x", got "/invoices/1"\n');
    expect(out).toContain('1 case passed, 1 failed');
    expect(code).toBe(1);
    expect(fixture.upstream.requests).toEqual([]);
  });

  it('writes a report for CI', async () => {
    const { config, cases } = files(GOOD);
    const report = join(cases, '..', 'results.xml');
    const { code } = await fixture.finished(['test', cases, '--config', config, '--junit', report]);
    expect(code).toBe(0);
    expect(readFileSync(report, 'utf8')).toContain('tests="1" failures="0"');
  });

  it.each([
    ['a report that cannot be written', ['--junit', '/nowhere/results.xml'], 'cannot be written'],
    ['a file that is not there', ['/nowhere/cases.yaml'], '/nowhere/cases.yaml: the file cannot be read'],
  ])('ends with 1 and a sentence for %s', async (_, words, message) => {
    const { config, cases } = files(GOOD);
    const { code, err } = await fixture.finished(['test', cases, ...words, '--config', config]);
    expect(err).toContain(message);
    expect(code).toBe(1);
  });

  it('tells every mistake of every file, and runs nothing', async () => {
    const { config, cases } = files('- {cal: com.a}\n- {call: com.a}\n');
    const { code, out, err } = await fixture.finished(['test', cases, '--config', config]);
    expect(err).toContain('case 1: a case has no key "cal"; did you mean call?');
    expect(err).toContain('case 2: checks nothing');
    expect(out).toBe('');
    expect(code).toBe(1);
  });
});
