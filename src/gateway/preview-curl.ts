import { type EgressProxy, proxyOrigin } from '../config/types/proxy-url.js';
import { curlCommand, type PrintableProxy } from './curl.js';
import type { Preview } from './preview.js';

/** The request of a preview as a curl command. Names of TLS files are shown, never their contents. */
export function previewCurl({ request, isCompressed, service: { settings } }: Preview): string {
  const tls = {
    cacertfile: settings['tls.cacertfile'],
    certfile: settings['tls.certfile'],
    keyfile: settings['tls.keyfile'],
    servername: settings['tls.servername'],
    verify: settings.tls_verify === 'verify_peer',
    proxy: printableProxy(settings.proxy),
  };
  return curlCommand(request, tls, isCompressed);
}

function printableProxy(setting: EgressProxy | 'none' | undefined): PrintableProxy | undefined {
  if (setting === undefined) return undefined;
  if (setting === 'none') return { kind: 'none' };
  return {
    kind: 'proxy',
    origin: proxyOrigin(setting),
    hasCredential: setting.authorization !== undefined,
  };
}
