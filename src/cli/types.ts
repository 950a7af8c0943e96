import { pythonClient } from '../client-types/python/python-client.js';
import { typescriptClient } from '../client-types/typescript-client.js';
import type { LoadedConfig } from '../config/model.js';
import { describerOf } from '../gateway/descriptions/describe-procedure.js';
import { visibleText } from './colour.js';
import { readConfiguration } from './configuration.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';

export interface TypesOptions {
  readonly config?: string;
  readonly realm?: string;
  readonly python?: boolean;
}

/** `rpc-gateway types`: prints a typed client for the procedures of a realm. */
export async function types(options: TypesOptions, host: Host): Promise<ExitCode> {
  const config = await readConfiguration(options.config, host);
  const realm = realmOf(config, options.realm);
  const procedures = config.services.flatMap((service) => {
    const describe = describerOf(service);
    return service.procedures
      .filter(({ settings }) => settings.realm === realm)
      .map((procedure) => ({ name: procedure.name, description: describe(procedure) }));
  });
  const client = options.python === true ? pythonClient(procedures) : typescriptClient(procedures);
  host.stdout.write(client);
  return EXIT.ok;
}

/** A session is in one realm, so a client is too. */
function realmOf(config: LoadedConfig, named: string | undefined): string {
  const realms = new Set(
    config.services.flatMap(({ procedures }) => procedures.map(({ settings }) => settings.realm)),
  );
  const [first] = realms;
  const all = [...realms].join(', ');
  if (first === undefined) throw new CommandFailure('The configuration has no procedures.');
  if (named === undefined && realms.size === 1) return first;
  if (named === undefined) {
    throw new CommandFailure(
      visibleText(`The procedures are in several realms. Choose one with --realm: ${all}.`),
      EXIT.usage,
    );
  }
  if (realms.has(named)) return named;
  throw new CommandFailure(visibleText(`No procedure is in the realm ${named}. The realms are: ${all}.`));
}
