import { curlCommand } from './curl.js';
import type { Preview } from './preview.js';

/** The request of a preview as a curl command. Names of TLS files are shown, never their contents. */
export function previewCurl({ request, service: { settings } }: Preview): string {
  return curlCommand(request, {
    cacertfile: settings['tls.cacertfile'],
    certfile: settings['tls.certfile'],
    keyfile: settings['tls.keyfile'],
    servername: settings['tls.servername'],
    verify: settings.tls_verify === 'verify_peer',
  });
}
