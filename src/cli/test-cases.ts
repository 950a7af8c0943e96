import { readFileSync, writeFileSync } from 'node:fs';
import type { Case } from '../cases/case.js';
import { type CaseResult, junitXml } from '../cases/junit.js';
import { readCases } from '../cases/read-cases.js';
import { runCase } from '../cases/run-case.js';
import { systemClock } from '../clock.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { OfflineDeps } from '../gateway/trials/offline-call.js';
import { createTurns } from '../turns.js';
import { packageVersion } from '../version.js';
import { type Paint, paintForTerminal, paintNothing, visibleText, wantsColour } from './colour.js';
import { count, readConfiguration } from './configuration.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';

export interface TestOptions {
  readonly config?: string;
  readonly junit?: string;
}

/** Each UUID in a request: of an idempotency key or a boundary. */
const SAME_UUID = '00000000-0000-4000-8000-000000000000';

/**
 * `rpc-gateway test`: runs the cases in some files against a configuration. Nothing leaves the
 * process, except the report of `--junit`.
 *
 * @throws CommandFailure with every mistake in the files
 */
export async function testCases(
  files: readonly string[],
  options: TestOptions,
  host: Host,
): Promise<ExitCode> {
  const config = await readConfiguration(options.config, host);
  const read = files.map((file) => ({ file, cases: casesOf(file) }));
  const mistakes = read.flatMap(({ file, cases }) =>
    cases.kind === 'mistakes' ? cases.mistakes.map((mistake) => `${file}: ${mistake}`) : [],
  );
  if (mistakes.length > 0) throw new CommandFailure(visibleText(mistakes.join('\n')));
  const paint = wantsColour(host.stdout, host.env) ? paintForTerminal : paintNothing;
  const results: CaseResult[] = [];
  for (const { file, cases } of read) {
    host.stdout.write(`${visibleText(file)}\n`);
    for (const one of cases.kind === 'cases' ? cases.cases : []) {
      const result = await resultOf(config, file, one);
      results.push(result);
      host.stdout.write(resultText(result, paint));
    }
  }
  if (options.junit !== undefined) writeReport(options.junit, junitXml(results));
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  host.stdout.write(`\n${count(results.length - failed, 'case')} passed, ${failed} failed\n`);
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

function casesOf(file: string): ReturnType<typeof readCases> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { kind: 'mistakes', mistakes: ['the file cannot be read'] };
  }
  return readCases(text);
}

async function resultOf(config: LoadedConfig, file: string, one: Case): Promise<CaseResult> {
  const startedAt = systemClock.monotonic();
  const deps: OfflineDeps = {
    userAgent: `wamp-rpc-gateway/${packageVersion()}`,
    uuid: () => SAME_UUID,
    clock: systemClock,
    turns: createTurns(systemClock),
  };
  const differences = await runCase(config, one, deps);
  return { file, name: one.name, differences, durationMs: systemClock.monotonic() - startedAt };
}

function resultText({ name, differences }: CaseResult, paint: Paint): string {
  if (differences.length === 0) return `  ${paint('good', '✓')} ${visibleText(name)}\n`;
  const lines = differences.map((difference) => `      ${visibleText(difference)}\n`);
  return `  ${paint('bad', '✗')} ${visibleText(name)}\n${lines.join('')}`;
}

function writeReport(file: string, xml: string): void {
  try {
    writeFileSync(file, xml);
  } catch {
    throw new CommandFailure(`The report ${file} cannot be written: check that its folder exists.`);
  }
}
