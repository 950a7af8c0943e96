import type { Draft } from './read-settings.js';
import type { LISTENER_KEYS, ListenerSettings } from './schema/listener.js';

/** A listener with its values as in the file. `protocol` may have one of Bondy's names. */
export type WrittenListenerDraft = Draft<typeof LISTENER_KEYS>;

/** The same listener. `protocol` has the gateway's own name, also if the file has Bondy's name. */
export type ListenerDraft = Omit<WrittenListenerDraft, 'settings'> & {
  readonly settings: Partial<ListenerSettings>;
  /** Whether operators may use the listener, alone or beside WAMP clients. */
  readonly isAdmin: boolean;
  /** True if the file has no listener, so that the gateway opens this one. */
  readonly isDefault: boolean;
  /** The key that names the Unix socket. */
  readonly socketKey: 'socket' | 'path' | undefined;
};
