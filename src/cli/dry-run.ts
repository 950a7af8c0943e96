import { curlCommand, type PrintableTls } from '../gateway/curl.js';
import { type Preview, previewRequest } from '../preview-request.js';
import { readConfiguration } from './configuration.js';
import { EXIT, type ExitCode, type Host } from './host.js';

/**
 * `call … --dry-run`: prints the HTTP request of a call as a curl command with masked secrets. It
 * sends nothing and needs no running gateway.
 *
 * @throws the error of the pipeline if the kwargs cannot become a request.
 */
export function dryRun(
  uri: string,
  kwargs: Record<string, unknown>,
  options: { readonly realm?: string; readonly config?: string },
  host: Host,
): ExitCode {
  const config = readConfiguration(options.config, host);
  const { request, service } = previewRequest(config, uri, options.realm, kwargs);
  host.stdout.write(`${curlCommand(request, tlsOf(service))}\n`);
  return EXIT.ok;
}

function tlsOf({ settings }: Preview['service']): PrintableTls {
  return {
    cacertfile: settings['tls.cacertfile'],
    certfile: settings['tls.certfile'],
    keyfile: settings['tls.keyfile'],
    servername: settings['tls.servername'],
    verify: settings.tls_verify === 'verify_peer',
  };
}
