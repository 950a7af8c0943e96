/**
 * Golden files of the configuration: test/golden/config/*.txt, each an input, a dashed line, and what comes of it: the
 * model as JSON, or the error lines. After a change that is meant, write them anew and read the difference:
 *
 *     UPDATE_GOLDEN=1 npx vitest run test/golden
 *
 * The input is bondy.conf. A line "=== path" begins another file beside it, "=== env" the environment (NAME=value lines);
 * "=== path < name" is a copy of test/support/tls/name, and what follows it is put behind that. Below error lines stand
 * the notices that come with them, each after a "~".
 * In the model settings that have their defaults are left out, unless the file's name begins with "full-"; templates are
 * shown as they were written, notices as they are printed.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../src/config/load-config.js';
import type { LoadedConfig } from '../../src/config/model.js';
import { ConfigError, formatProblem } from '../../src/errors.js';

const DIRECTORY = fileURLToPath(new URL('./config/', import.meta.url));
const TLS = fileURLToPath(new URL('../support/tls/', import.meta.url));
const DASHES = '-'.repeat(40);

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

describe('golden files', () => {
  for (const name of readdirSync(DIRECTORY).filter((file) => file.endsWith('.txt'))) {
    it(name, () => {
      const path = join(DIRECTORY, name);
      const [input = '', expected] = readFileSync(path, 'utf8').split(`${DASHES}\n`);
      const actual = outcome(input, name.startsWith('full-'));
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, `${input}${DASHES}\n${actual}`);
      else expect(actual).toBe(expected);
    });
  }
});

function outcome(input: string, full: boolean): string {
  const { directory, env } = layOut(input);
  const shorten = (text: string) => text.replaceAll(`${directory}/`, '').replaceAll(directory, '.');
  try {
    const config = loadConfig(join(directory, 'bondy.conf'), { env });
    return shorten(`${JSON.stringify(readable(config, full), undefined, 2)}\n`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const notices = error.notices.map((notice) => `~ ${formatProblem(notice)}\n`);
    return shorten(`${error.message}\n${notices.join('')}`);
  }
}

/** Writes the files of an input into a new directory. */
function layOut(input: string): { directory: string; env: Record<string, string> } {
  const directory = mkdtempSync(join(tmpdir(), 'golden-'));
  directories.push(directory);
  const env: Record<string, string> = {};
  const [main = '', ...others] = input.split(/^=== /m);
  writeFileSync(join(directory, 'bondy.conf'), main);
  for (const other of others) {
    const end = other.indexOf('\n');
    const [path = '', copied] = other.slice(0, end).split(' < ');
    const text = (copied ? readFileSync(join(TLS, copied), 'latin1') : '') + other.slice(end + 1);
    if (path === 'env') {
      for (const line of text.split('\n').filter((row) => row !== '')) {
        env[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
      }
    } else {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      // "\xFF" stands for a byte that is not UTF-8.
      writeFileSync(join(directory, path), Buffer.from(text.replaceAll('\\xFF', '\u00ff'), 'latin1'));
    }
  }
  return { directory, env };
}

const DEFAULTS = parseConfig(
  `rpc_gateway.services.s.base_url = http://localhost
   rpc_gateway.services.s.procedures.p.uri = p
   rpc_gateway.services.s.procedures.p.realm = r`,
  { env: {} },
);

function readable(config: LoadedConfig, full: boolean): unknown {
  const show = (settings: object, defaults: object | undefined): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(settings)
        .map(([key, value]) => [key, plain(value)] as const)
        .filter(([key, value]) => {
          const usual = plain((defaults as Record<string, unknown> | undefined)?.[key]);
          return full || JSON.stringify(value) !== JSON.stringify(usual);
        }),
    );
  const [service] = DEFAULTS.services;
  const tracing = show(config.tracing, DEFAULTS.tracing);
  return {
    services: config.services.map(({ name, settings, procedures }) => ({
      name,
      settings: show(settings, service?.settings),
      procedures: procedures.map((procedure) => ({
        name: procedure.name,
        settings: show(procedure.settings, service?.procedures[0]?.settings),
      })),
    })),
    listeners: config.listeners.map(({ name, settings, isAdmin }) => ({
      name,
      ...(isAdmin && { isAdmin }),
      settings: show(settings, DEFAULTS.listeners[0]?.settings),
    })),
    realms: config.realms,
    admin: show(config.admin, DEFAULTS.admin),
    wamp: show(config.wamp, DEFAULTS.wamp),
    security: show(config.security, DEFAULTS.security),
    router: show(config.router, DEFAULTS.router),
    log: show(config.log, DEFAULTS.log),
    ...(Object.keys(tracing).length > 0 && { tracing }),
    notices: config.notices.map(formatProblem),
  };
}

/** Maps as objects, templates as their text; what hides itself stays hidden. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if ('source' in value) return value.source;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
