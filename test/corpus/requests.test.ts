import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import { runCommand } from '../support/command.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { CORPUS, type CorpusDocument, DOCUMENTS } from './documents.js';
import { CORPUS_REALM, recordRequests } from './record-requests.js';
import { costsIn, type DocumentResult, type ReadingCost, writeReport } from './report.js';
import { resultOf } from './result.js';
import { tampered } from './tampered.js';
import { isSent, isValidatorInstalled, validate } from './validator.js';

const PAGE = fileURLToPath(new URL('../../docs/openapi-corpus.md', import.meta.url));
const MEASURE = fileURLToPath(new URL('./measure-reading.js', import.meta.url));
const isRunning = CORPUS !== undefined && isValidatorInstalled();

describe.skipIf(!isRunning)('the operations of real documents', () => {
  const results = new Map<string, DocumentResult>();
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = createTemporaryFolder();
  });
  afterAll(() => folder.remove());

  function configOf({ name, path }: CorpusDocument, baseUrl = 'https://api.example.com'): string {
    return folder.write(
      `${name}.conf`,
      `rpc_gateway.services.api.base_url = ${baseUrl}
rpc_gateway.services.api.openapi.file = ${path}
rpc_gateway.services.api.openapi.realm = ${CORPUS_REALM}
listeners.test.port = 0
`,
    );
  }

  it.each(DOCUMENTS)('$name: check names each problem with its file and line', async (document) => {
    const command = runCommand(['check', '--config', configOf(document)]);
    expect(await command.ended).toBe(0);
    const lines = command.err().trimEnd().split('\n').filter(Boolean);
    expect(lines.filter((line) => !/^\/\S+:\d+: /.test(line))).toEqual([]);
    expect(command.out()).toMatch(/[\d,]+ of [\d,]+ operations/);
  });

  it.each(DOCUMENTS)('$name: requests are those of the document', async (document) => {
    const { config, calls } = await recordRequests((url) => loadConfig(configOf(document, url), { env: {} }));
    const sent = calls.filter(isSent);
    const problems = await validate(document.path, sent);
    results.set(
      document.name,
      resultOf(document, config, calls, new Map(sent.map((call, index) => [call, problems[index]!]))),
    );
    // The validator would find a mistake: it finds each value that is changed.
    const changed = sent.flatMap((call) => tampered(call) ?? []);
    const found = await validate(document.path, changed);
    expect(changed.filter((_, index) => found[index]?.length === 0)).toEqual([]);
  });

  it('are callable and right, but for those in docs/openapi-corpus.md', () => {
    const all = DOCUMENTS.map(({ name }) => results.get(name)!);
    const total = (key: 'operations' | 'callable' | 'right') => all.reduce((sum, each) => sum + each[key], 0);
    expect(total('callable') / total('operations')).toBeGreaterThanOrEqual(0.99);
    expect(total('right') / total('operations')).toBeGreaterThanOrEqual(0.99);
    if (process.env['WRITE_CORPUS']) {
      const costs = new Map(DOCUMENTS.map((document) => [document.name, measure(configOf(document))]));
      writeFileSync(
        PAGE,
        writeReport(all, (name) => costs.get(name)!),
      );
    }
    const page = readFileSync(PAGE, 'utf8');
    const costs = costsIn(page);
    expect(page).toBe(writeReport(all, (name) => costs.get(name) ?? { time: '', memory: '' }));
  });
});

function measure(config: string): ReadingCost {
  const { ms, bytes } = JSON.parse(
    execFileSync(process.execPath, [MEASURE, config], { encoding: 'utf8' }),
  ) as {
    ms: number;
    bytes: number;
  };
  return { time: `${Math.round(ms)} ms`, memory: `${Math.round(bytes / 2 ** 20)} MB` };
}
