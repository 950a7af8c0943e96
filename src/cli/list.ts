import type { LoadedConfig } from '../config/model.js';
import { sourceForShow } from '../config/types/template.js';
import { jsonLine } from './colour.js';
import { readConfiguration } from './configuration.js';
import { EXIT, type ExitCode, type Host } from './host.js';
import { textTable } from './text-table.js';

export interface ListOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface ListedProcedure {
  readonly uri: string;
  readonly realm: string;
  readonly method: string;
  readonly path: string;
  readonly service: string;
}

const HEADINGS = ['PROCEDURE', 'METHOD', 'PATH', 'REALM'] as const;

/** `rpc-gateway list`: prints the procedures of a configuration, one per line. */
export async function list(options: ListOptions, host: Host): Promise<ExitCode> {
  const procedures = proceduresOf(await readConfiguration(options.config, host));
  if (options.json === true) {
    host.stdout.write(jsonLine(procedures));
    return EXIT.ok;
  }
  const rows = procedures.map(({ uri, method, path, realm }) => [uri, method.toUpperCase(), path, realm]);
  host.stdout.write(textTable([HEADINGS, ...rows].map((row) => row.map((text) => ({ text })))));
  return EXIT.ok;
}

function proceduresOf(config: LoadedConfig): ListedProcedure[] {
  return config.services.flatMap((service) =>
    service.procedures.map(({ settings }) => ({
      uri: settings.uri,
      realm: settings.realm,
      method: settings.method,
      path: pathForShow(sourceForShow(settings.path)),
      service: service.name,
    })),
  );
}

/** Hides a literal query, which may contain a key of the API. */
function pathForShow(path: string): string {
  const query = path.indexOf('?');
  return query < 0 ? path : `${path.slice(0, query)}?…`;
}
