import { curlCommand } from './curl.js';
import type { Preview } from './preview.js';

/** The request of a preview as a curl command. Names of TLS files are shown, never their contents. */
export function previewCurl({ request, isCompressed, service: { settings } }: Preview): string {
  const tls = {
    cacertfile: settings['tls.cacertfile'],
    certfile: settings['tls.certfile'],
    keyfile: settings['tls.keyfile'],
    servername: settings['tls.servername'],
    verify: settings.tls_verify === 'verify_peer',
  };
  return curlCommand(request, tls, isCompressed);
}
