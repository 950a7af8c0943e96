import type { ObservedProcedure } from '../observe/observer.js';

/** A service that is measured. */
export interface MeasuredService {
  readonly name: string;
  /** Whether it fetches tokens (`auth.fetch.*`). */
  readonly hasToken: boolean;
  /** Whether it has a procedure with `cache = on`. */
  readonly hasCache: boolean;
  /** Whether it limits its requests (`limit.*`). */
  readonly hasLimit: boolean;
  /** Whether it reads a secret (`auth.secrets.*`). */
  readonly hasSecret: boolean;
  /** Whether it has a client certificate (`tls.certfile`, `auth.fetch.tls.certfile`). */
  readonly hasCertificate: boolean;
}

/** A listener that is measured. */
export interface MeasuredListener {
  readonly name: string;
  readonly hasCertificate: boolean;
}

/**
 * The parts of a gateway that are measured. They come from its configuration, and decide which
 * series there are.
 */
export interface MeasuredParts {
  readonly services: readonly MeasuredService[];
  readonly procedures: readonly ObservedProcedure[];
  readonly realms: readonly string[];
  readonly listeners: readonly MeasuredListener[];
  /** `attached` with `router.url`. */
  readonly mode: 'embedded' | 'attached';
}
