import { previewRequest } from '../assembly/preview-request.js';
import { previewCurl } from '../gateway/preview-curl.js';
import { readConfiguration } from './configuration.js';
import { EXIT, type ExitCode, type Host } from './host.js';

/**
 * `call … --dry-run`: prints the HTTP request of a call as a curl command with masked secrets. It
 * sends nothing and needs no running gateway.
 *
 * @throws the error of the pipeline if the kwargs cannot become a request.
 */
export async function dryRun(
  uri: string,
  kwargs: Record<string, unknown>,
  options: { readonly realm?: string; readonly config?: string },
  host: Host,
): Promise<ExitCode> {
  const config = await readConfiguration(options.config, host);
  host.stdout.write(`${previewCurl(previewRequest(config, uri, options.realm, kwargs))}\n`);
  return EXIT.ok;
}
