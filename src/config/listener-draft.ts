import type { Draft } from './read-settings.js';
import type { LISTENER_KEYS, ListenerSettings } from './schema/listener.js';

/** A listener as the file has it. */
export type WrittenListenerDraft = Draft<typeof LISTENER_KEYS>;

/** The same with our names for protocols. */
export type ListenerDraft = Omit<WrittenListenerDraft, 'settings'> & {
  readonly settings: Partial<ListenerSettings>;
  /** The key whose value has no effect yet. */
  readonly pendingKey: 'protocol' | 'services' | undefined;
  /** The key that names the Unix socket. */
  readonly socketKey: 'socket' | 'path' | undefined;
};
