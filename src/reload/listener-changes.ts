import type { ListenerConfig, LoadedConfig } from '../config/model.js';
import { isSameSettings } from '../config/same-settings.js';
import type { ReloadChange } from '../status/actions.js';
import { filesOf, type HasSameFiles } from './files.js';

/**
 * What happens to a listener that stays.
 *
 * - `same`: nothing.
 * - `limits`: new connections have other limits.
 * - `renewed`: new handshakes use other certificates. Its limits may have changed too.
 * - `replaced`: another listener takes its place, and its sessions end.
 */
export type ListenerFate = 'same' | 'limits' | 'renewed' | 'replaced';

const LIMITS = [
  'max_sessions',
  'max_sessions_per_source',
  'max_unjoined',
  'max_unjoined_per_source',
] as const;

const TLS_FILES = ['tls.certfile', 'tls.keyfile', 'tls.cacertfile'] as const;

export function fateOfListener(
  before: ListenerConfig,
  after: ListenerConfig,
  hasSameFiles: HasSameFiles,
): ListenerFate {
  if (isSameSettings(before, after) && hasSameFiles(filesOf(after.settings))) return 'same';
  if (!isSameSettings(fixedPart(before), fixedPart(after)) || hasOtherTls(before, after)) return 'replaced';
  const isRenewed =
    !hasSameFiles(filesOf(after.settings)) ||
    TLS_FILES.some((key) => before.settings[key] !== after.settings[key]);
  return isRenewed ? 'renewed' : 'limits';
}

/** What cannot change while the listener is open. */
function fixedPart({ settings, ...rest }: ListenerConfig): unknown {
  const changeable: readonly string[] = [...LIMITS, ...TLS_FILES];
  return { ...rest, settings: Object.entries(settings).filter(([key]) => !changeable.includes(key)) };
}

/** TLS is switched on or off, or certificates of clients are. */
function hasOtherTls({ settings: one }: ListenerConfig, { settings: other }: ListenerConfig): boolean {
  return TLS_FILES.some((key) => (one[key] === undefined) !== (other[key] === undefined));
}

export function isSameAddress(
  { settings: one }: ListenerConfig,
  { settings: other }: ListenerConfig,
): boolean {
  return one.ip === other.ip && one.port === other.port && one.socket === other.socket;
}

const NEEDS_RESTART = 'needs a restart';
const GOODBYE = 'its sessions get GOODBYE wamp.close.system_shutdown';

/**
 * @param servesOperators false if the gateway was started without a listener for operators. Metrics
 *   count from the start on, so one that is added later comes too late
 */
export function listenerChanges(
  before: LoadedConfig,
  after: LoadedConfig,
  hasSameFiles: HasSameFiles,
  servesOperators: boolean,
): readonly ReloadChange[] {
  const old = new Map(before.listeners.map((listener) => [listener.name, listener]));
  const names = new Set(after.listeners.map(({ name }) => name));
  const changes: ReloadChange[] = [];
  const add = (name: string, change: ReloadChange['change'], effect: string): void =>
    void changes.push({ what: 'listener', name, change, effect });
  for (const listener of after.listeners) {
    const found = old.get(listener.name);
    const needsRestart = listener.isAdmin && !servesOperators;
    if (found === undefined) {
      add(listener.name, 'added', needsRestart ? NEEDS_RESTART : '');
      continue;
    }
    const fate = fateOfListener(found, listener, hasSameFiles);
    if (fate === 'same') continue;
    const isOpen = !needsRestart || listener.settings.protocol !== 'admin';
    add(listener.name, 'changed', isOpen ? effectOf(fate, found, listener) : NEEDS_RESTART);
  }
  for (const { name, settings } of old.values())
    if (!names.has(name)) add(name, 'removed', settings.protocol === 'admin' ? '' : GOODBYE);
  return changes;
}

function effectOf(
  fate: Exclude<ListenerFate, 'same'>,
  before: ListenerConfig,
  after: ListenerConfig,
): string {
  switch (fate) {
    case 'limits':
      return 'new connections have the new limits';
    case 'renewed':
      return 'new handshakes use the new certificates';
    case 'replaced': {
      const sessions = before.settings.protocol === 'admin' ? 'connections of operators close' : GOODBYE;
      return isSameAddress(before, after)
        ? `${sessions}; its port stays open`
        : `${sessions}; its new address opens first`;
    }
  }
}
