import { STATUS_CODES } from 'node:http';
import {
  jsonLine,
  type Paint,
  paintForTerminal,
  paintNothing,
  prettyJson,
  visibleText,
  wantsColour,
} from './colour.js';
import type { Host, Output } from './host.js';

/** The payload of a result or an error, as plain values. */
export interface PlainPayload {
  readonly args?: readonly unknown[] | undefined;
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Prints a RESULT on stdout: its status and body, or with `json` its kwargs as one line of JSON.
 */
export function printResult(payload: PlainPayload, json: boolean, host: Host): void {
  if (json) {
    host.stdout.write(jsonLine(mainValue(payload)));
    return;
  }
  host.stdout.write(describe(mainValue(payload), painter(host.stdout, host), 'good'));
}

/** Prints a progressive result on stdout in one line: its body, or with `json` its kwargs. */
export function printPart(payload: PlainPayload, json: boolean, host: Host): void {
  const value = mainValue(payload);
  host.stdout.write(jsonLine(!json && isHttpResponse(value) ? value.body : value));
}

/** Prints an ERROR as text on stderr; with `json` also as one line of JSON on stdout. */
export function printError(uri: string, payload: PlainPayload, json: boolean, host: Host): void {
  const paint = painter(host.stderr, host);
  const { code, id, attempts, message, retry_after: retryAfter, ...rest } = payload.kwargs ?? {};
  host.stderr.write(`${paint('bad', 'error')} ${visibleText(uri)}\n`);
  if (typeof code === 'string') {
    // An error of the gateway has the same text in `message` and `body`.
    const fields = Object.entries({ status: rest['status'], code, id, attempts, retry_after: retryAfter })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name} ${plainText(value)}`);
    host.stderr.write(`${plainText(message ?? rest['body'])}\n${paint('dim', fields.join(', '))}\n`);
  } else if (payload.kwargs !== undefined || (payload.args?.length ?? 0) > 0) {
    host.stderr.write(describe(mainValue(payload), paint, 'bad'));
  }
  const { args = [], kwargs = {} } = payload;
  if (json) host.stdout.write(jsonLine({ error: uri, args, kwargs }));
}

/** Formats any value on one line. Another router may send a list where the gateway sends text. */
function plainText(value: unknown): string {
  return typeof value === 'string' ? visibleText(value) : jsonLine(value ?? null).trimEnd();
}

/**
 * Returns the kwargs if there are any. Otherwise returns the single positional argument
 * (`result = args`), or the list of all.
 */
function mainValue({ args, kwargs }: PlainPayload): unknown {
  if (kwargs !== undefined && Object.keys(kwargs).length > 0) return kwargs;
  if (args === undefined || args.length === 0) return kwargs ?? {};
  return args.length === 1 ? args[0] : args;
}

function describe(value: unknown, paint: Paint, kind: 'good' | 'bad'): string {
  if (!isHttpResponse(value)) return `${prettyJson(value, paint)}\n`;
  const { status, body, ...others } = value;
  const reason = STATUS_CODES[status];
  const lines = [paint(kind, reason === undefined ? `${status}` : `${status} ${reason}`)];
  if (Object.keys(others).length > 0) lines.push(prettyJson(others, paint));
  if (typeof body !== 'string') lines.push(prettyJson(body, paint));
  else if (body !== '') lines.push(visibleText(body));
  return `${lines.join('\n')}\n`;
}

function isHttpResponse(value: unknown): value is { status: number; body: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'body' in value &&
    'status' in value &&
    typeof value.status === 'number'
  );
}

function painter(output: Output, host: Host): Paint {
  return wantsColour(output, host.env) ? paintForTerminal : paintNothing;
}
