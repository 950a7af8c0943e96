import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { RecordedCall } from './record-requests.js';

const PROGRAM = fileURLToPath(
  new URL('../../node_modules/.cache/openapi-validator/validator', import.meta.url),
);

/** True if the validator is installed. If it is not, says so, and fails where CI is set. */
export function isValidatorInstalled(): boolean {
  if (existsSync(PROGRAM)) return true;
  const missing = 'no validator of requests: run test/corpus/install-validator, which needs Go';
  if (process.env['CI']) throw new Error(missing);
  console.warn(`skipped: ${missing}`);
  return false;
}

/** A call whose request arrived. */
export type SentCall = RecordedCall & { readonly outcome: { readonly kind: 'sent' } };

export function isSent(call: RecordedCall): call is SentCall {
  return call.outcome.kind === 'sent';
}

/** What is wrong with each request, according to kin-openapi, a library of Go. */
export async function validate(
  document: string,
  calls: readonly SentCall[],
): Promise<readonly (readonly string[])[]> {
  const child = spawn(PROGRAM, [document], { stdio: ['pipe', 'pipe', 'pipe'] });
  const [out, err] = [text(child.stdout), text(child.stderr)];
  child.stdin.on('error', () => {});
  child.stdin.end(calls.map((call) => `${JSON.stringify(lineOf(call))}\n`).join(''));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the validator fails at ${document}: ${await err}`);
  const lines = (await out).trimEnd().split('\n');
  return calls.map((_, index) => (JSON.parse(lines[index]!) as { problems: string[] }).problems);
}

function lineOf({ method, path, fill, outcome }: SentCall): unknown {
  const { call, request } = outcome;
  return {
    method,
    path,
    fill,
    parameters: call.parameters,
    lacks: call.lacks.map(({ what }) => what),
    body: call.body,
    request: { ...request, body: request.body.toString('base64') },
  };
}
