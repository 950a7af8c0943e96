import { type Observer, silentObserver } from '../observe/observer.js';

/** Tells that the state of the gateway has changed, so that nobody has to ask for it all the time. */
export interface StateChanges {
  /** Notes the facts that change the state of a service, a link, an alarm or the configuration. */
  readonly observer: Observer;
  /** Notes another change. */
  note(): void;
  /** @returns ends it */
  follow(onChange: () => void): () => void;
}

export function createStateChanges(): StateChanges {
  const followers = new Set<() => void>();
  const note = (): void => {
    for (const onChange of followers) onChange();
  };
  return {
    observer: {
      ...silentObserver,
      breakerChanged: note,
      serviceDown: note,
      serviceUp: note,
      alarmRaised: note,
      alarmCleared: note,
      secretRead: note,
      linkOpened: note,
      linkClosed: note,
      linkFailed: note,
      configReloaded: note,
    },
    note,
    follow(onChange) {
      followers.add(onChange);
      return () => followers.delete(onChange);
    },
  };
}
