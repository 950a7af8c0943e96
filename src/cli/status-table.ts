import type { GatewayStatus } from '../status/gateway-status.js';
import type { ServiceStatus } from '../status/service-status.js';
import { type Paint, visibleText } from './colour.js';
import { count } from './configuration.js';
import { durationText } from './duration-text.js';
import { type Cell, textTable } from './text-table.js';

/** Formats the status of a gateway for people: what it does, its services, and what is wrong. */
export function statusText(status: GatewayStatus, paint: Paint): string {
  const blocks = [summary(status, paint), services(status, paint), ...troubles(status, paint)];
  return blocks.filter((block) => block !== '').join('\n');
}

function summary(status: GatewayStatus, paint: Paint): string {
  const { version, state, uptime_seconds, configuration, mode, realms, procedures } = status;
  const facts = [
    `rpc-gateway ${version}`,
    paint(state === 'ready' ? 'good' : 'bad', state),
    `up ${durationText(uptime_seconds * 1_000)}`,
    ...(configuration.file === null ? [] : [configuration.file]),
    mode === 'embedded' ? count(realms.length, 'realm') : 'attached',
    count(procedures.length, 'procedure'),
  ];
  return `${facts.join(', ')}\n`;
}

const HEADINGS = ['SERVICE', 'STATE', 'RATE', 'ERRORS', 'P99', 'IN FLIGHT', 'TOKEN', 'LAST ERROR'];
const NUMBERS: readonly string[] = ['RATE', 'ERRORS', 'P99', 'IN FLIGHT'];
const NONE = '–';

function services({ services: all, started_at, uptime_seconds }: GatewayStatus, paint: Paint): string {
  const now = Date.parse(started_at) + uptime_seconds * 1_000;
  const headings = HEADINGS.map((text) => ({
    text,
    paint: (plain: string) => paint('dim', plain),
    isNumber: NUMBERS.includes(text),
  }));
  return textTable([headings, ...all.map((service) => serviceRow(service, now, paint))]);
}

/** Figures are those of the last minute. */
function serviceRow(service: ServiceStatus, now: number, paint: Paint): Cell[] {
  const { name, state, last_minute: minute, in_flight, token, last_error } = service;
  const number = (text: string, isBad = false): Cell => ({
    text,
    isNumber: true,
    ...(isBad && { paint: (plain: string) => paint('bad', plain) }),
  });
  return [
    { text: clean(name) },
    { text: state, paint: (plain) => paint(state === 'up' ? 'good' : 'bad', plain) },
    number(`${rounded(minute.calls / 60)}/s`),
    number(minute.calls === 0 ? NONE : `${rounded(minute.error_ratio * 100)} %`, minute.errors > 0),
    number(minute.p99_ms === null ? NONE : `${Math.round(minute.p99_ms)} ms`),
    number(String(in_flight)),
    { text: tokenText(token) },
    {
      text:
        last_error === null
          ? NONE
          : `${last_error.outcome} ${agoText(last_error.at, now)}, id ${clean(last_error.id)}`,
    },
  ];
}

function tokenText(token: ServiceStatus['token']): string {
  if (token === null) return NONE;
  const { expires_in_seconds, callers } = token;
  if (callers !== null) return `of ${callers} caller${callers === 1 ? '' : 's'}`;
  return expires_in_seconds === null ? 'none now' : durationText(expires_in_seconds * 1_000);
}

/** What an operator must know, one block each. */
function troubles(status: GatewayStatus, paint: Paint): string[] {
  const { missing, alarms, attached_sessions, services: all, configuration } = status;
  const reload = configuration.last_reload;
  return [
    list('Missing', missing, paint),
    list(
      'Alarms',
      alarms.map(({ service, reason, raised_at }) => `service ${service}: ${reason}, since ${raised_at}`),
      paint,
    ),
    list(
      'Not up',
      all
        .filter(({ state, alarm }) => state !== 'up' && !alarm)
        .map(({ name, state, reason, since }) => `service ${name}: ${reason ?? state}, since ${since}`),
      paint,
    ),
    list(
      'Not attached',
      attached_sessions
        .filter(({ state }) => state !== 'serving')
        .map(({ realm, router, state, cause }) => `realm ${realm}, ${router}: ${cause ?? state}`),
      paint,
    ),
    reload?.outcome === 'error'
      ? list(`The last reload failed, at ${reload.at}`, reload.problems, paint)
      : '',
  ];
}

function list(title: string, lines: readonly string[], paint: Paint): string {
  if (lines.length === 0) return '';
  return `${paint('bad', `${title}:`)}\n${lines.map((line) => `  ${clean(line)}\n`).join('')}`;
}

function rounded(value: number): string {
  return value >= 100 || value === 0 ? value.toFixed(0) : value.toFixed(1);
}

function agoText(date: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(date)) / 1_000));
  return seconds === 0 ? 'now' : `${durationText(seconds * 1_000)} ago`;
}

/** Text of a status may come from an API. It must not control the terminal. */
function clean(text: string): string {
  return visibleText(text).replaceAll('\n', ' ');
}
