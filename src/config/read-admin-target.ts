import { readDrafts } from './drafts.js';
import type { ListenerDraft } from './listener-draft.js';
import { matchEntries } from './match-entries.js';
import { createProblems } from './problems.js';
import { DEFAULT_PORTS } from './schema/listener.js';
import { readEntries, readFromDisk, readMainFromDisk } from './syntax/includes.js';
import type { Environment } from './syntax/substitution.js';

/** An admin listener, as the configuration has it. */
export interface AdminTarget {
  readonly ip: string;
  /** 0: the system has chosen one, which the file cannot tell. */
  readonly port: number;
  readonly hasTls: boolean;
  /** The file of its certificate. Undefined if it cannot be read, or without TLS. */
  readonly certfile: string | undefined;
}

/** How operators reach the gateway of a configuration. */
export interface AdminTargets {
  readonly listeners: readonly AdminTarget[];
  readonly token: string | undefined;
}

/** The only lines that matter. Others may be wrong at the moment. */
const OF_INTEREST = /^(?:listeners|admin|admin_api)\.|^router\.url$/;

/**
 * Reads from a configuration how to reach its gateway. It reports no mistakes: an operator may ask
 * for the state of a gateway while the file is being changed.
 */
export function readAdminTargets(path: string, env: Environment): AdminTargets {
  const problems = createProblems();
  const notices = createProblems();
  const source = { env, readFile: readFromDisk, readMain: readMainFromDisk, problems };
  const entries = readEntries(path, source).filter(({ key }) => OF_INTEREST.test(key));
  const raw = matchEntries(entries, problems, notices);
  const { listeners, admin } = readDrafts(raw, { env, readFile: readFromDisk, problems, notices });
  return {
    listeners: listeners.flatMap((listener) => targetOf(listener) ?? []),
    token: admin.settings.token,
  };
}

function targetOf({ settings, isAdmin, entry }: ListenerDraft): AdminTarget | undefined {
  const { enabled, protocol, ip, port } = settings;
  if (!isAdmin || enabled === false || protocol === undefined || ip === undefined) return undefined;
  if (port === undefined && entry('port') !== undefined) return undefined;
  return {
    ip,
    port: port ?? DEFAULT_PORTS[protocol],
    hasTls: entry('tls.certfile') !== undefined,
    certfile: settings['tls.certfile'],
  };
}
