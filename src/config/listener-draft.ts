import type { Draft } from './read-settings.js';
import type { LISTENER_KEYS, ListenerSettings } from './schema/listener.js';

/** A listener with its values as in the file. `protocol` may have one of Bondy's names. */
export type WrittenListenerDraft = Draft<typeof LISTENER_KEYS>;

/** The same listener. `protocol` has the gateway's own name, also if the file has Bondy's name. */
export type ListenerDraft = Omit<WrittenListenerDraft, 'settings'> & {
  readonly settings: Partial<ListenerSettings>;
  /** The key whose value has no effect yet. */
  readonly pendingKey: 'protocol' | 'services' | undefined;
  /** The key that names the Unix socket. */
  readonly socketKey: 'socket' | 'path' | undefined;
};
