import type { Draft } from './read-settings.js';
import type { LISTENER_KEYS, ListenerSettings } from './schema/listener.js';

/** A listener with the values of the file. */
export type WrittenListenerDraft = Draft<typeof LISTENER_KEYS>;

/** A listener with the gateway's names for protocols. */
export type ListenerDraft = Omit<WrittenListenerDraft, 'settings'> & {
  readonly settings: Partial<ListenerSettings>;
  /** The key whose value has no effect yet. */
  readonly pendingKey: 'protocol' | 'services' | undefined;
  /** The key that names the Unix socket. */
  readonly socketKey: 'socket' | 'path' | undefined;
};
