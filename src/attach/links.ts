import { type Clock, withTimeout } from '../clock.js';
import type { Logger } from '../log.js';
import type { Payload } from '../wamp/payload.js';
import type { Link } from './link-types.js';
import { type LinkStatus, missingOf } from './status.js';

/** The links of all realms to the router. */
export interface Links {
  start(): void;
  /** Resolves when every procedure of every realm is registered for the first time. */
  readonly ready: Promise<void>;
  /** Drains every link. */
  drain(): Promise<void>;
  /** Ends every link at once. */
  stop(): void;
  /** Resolves after `stop`. */
  readonly stopped: Promise<void>;
  interruptAll(): void;
  /** The links in use. */
  readonly current: readonly Link[];
  /**
   * Uses other links. Those that are not among them are drained.
   *
   * @param next started already
   * @returns resolves when the others are drained
   */
  replace(next: readonly Link[]): Promise<void>;
  /** Publishes an event in a realm. Drops it if the realm has no session. */
  publish(realm: string, topic: string, payload: Payload): void;
  /** The distinct URLs in use, without credentials. */
  readonly routers: readonly string[];
  status(): readonly LinkStatus[];
}

export interface LinksOptions {
  /** Makes the link of each realm. It must call `onChange` when a registration changes. */
  readonly make: (onChange: () => void) => readonly Link[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** If the gateway is not ready after this time, it logs once what is missing. */
const SLOW_START_MS = 10_000;

export function createLinks({ make, clock, log }: LinksOptions): Links {
  let becomeReady: () => void;
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });
  let setEnding: () => void;
  const ending = new Promise<void>((resolve) => {
    setEnding = resolve;
  });
  let setStopped: () => void;
  const stopped = new Promise<void>((resolve) => {
    setStopped = resolve;
  });
  /** Links that are drained because of a reload. */
  const leaving = new Set<Link>();
  let links = make(() => {
    if (links.every((link) => link.isServing)) becomeReady();
  });

  const all = (): readonly Link[] => [...links, ...leaving];

  async function leave(link: Link): Promise<void> {
    leaving.add(link);
    await link.drain(links.some(({ realm }) => realm === link.realm));
    leaving.delete(link);
  }

  async function logSlowStart(): Promise<void> {
    await withTimeout(clock, SLOW_START_MS, Promise.race([ready, ending]), () => {
      const missing = links.map((link) => missingOf(link.status())).filter((text) => text !== '');
      log.warn({ missing }, 'the gateway is not ready yet; it goes on trying');
    });
  }

  return {
    ready,
    stopped,
    start() {
      for (const link of links) link.start();
      if (links.length === 0) becomeReady();
      void logSlowStart();
    },
    async drain() {
      setEnding();
      await Promise.all(all().map((link) => link.drain()));
    },
    stop() {
      setEnding();
      setStopped();
      for (const link of all()) link.stop();
    },
    interruptAll() {
      for (const link of all()) link.interruptAll();
    },
    get current() {
      return links;
    },
    async replace(next) {
      const others = links.filter((link) => !next.includes(link));
      links = next;
      await Promise.all(others.map(leave));
    },
    publish(realm, topic, payload) {
      for (const link of links) if (link.realm === realm) link.publish(topic, payload);
    },
    get routers() {
      return [...new Set(links.flatMap(({ router }) => router ?? []))];
    },
    status: () => links.map((link) => link.status()),
  };
}
