import { createGateway, createLogger, type Gateway, parseConfig } from '../../../src/index.js';
import type { LogRecord } from '../../support/gateway-process.js';

/** A gateway in this process, for tests that need no process of its own. */
export interface AttachedGateway {
  readonly gateway: Gateway;
  /** Resolves when it is ready. */
  readonly ready: Promise<void>;
  readonly records: readonly LogRecord[];
  /**
   * Resolves with the record that matches, now or when it is logged.
   *
   * @param from the number of records to skip
   */
  logged(fields: LogRecord, from?: number): Promise<LogRecord>;
  close(): Promise<void>;
}

/** Begins to attach a gateway. */
export function openGateway(configuration: string): AttachedGateway {
  const records: LogRecord[] = [];
  let watchers: (() => void)[] = [];
  const log = createLogger('debug', {
    write(line: string) {
      records.push(JSON.parse(line) as LogRecord);
      const waiting = watchers;
      watchers = [];
      for (const look of waiting) look();
    },
  });
  const gateway = createGateway(parseConfig(configuration, { env: {} }), { log });
  const ready = gateway.start();
  ready.catch(() => {});
  return {
    gateway,
    ready,
    records,
    logged: (fields, from = 0) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = records.slice(from).find((record) => hasFields(record, fields));
          if (found === undefined) watchers.push(look);
          else resolve(found);
        };
        look();
      }),
    close: () => gateway.stop(0),
  };
}

/** Attaches a gateway. Resolves when it is ready. */
export async function attachGateway(configuration: string): Promise<AttachedGateway> {
  const opened = openGateway(configuration);
  try {
    await opened.ready;
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}

const hasFields = (record: LogRecord, fields: LogRecord): boolean =>
  Object.entries(fields).every(([name, value]) => record[name] === value);
