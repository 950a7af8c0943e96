import { nearestId } from '../documents/nearest-id.js';
import type { ServiceDocument } from '../documents/read-documents.js';
import type { ServiceDraft } from '../drafts.js';
import { OPENAPI_KEYS } from '../schema/openapi.js';

/** Checks the keys of a service that has an OpenAPI document, or could have one. */
export function checkOpenApi(service: ServiceDraft): void {
  for (const procedure of service.procedures) {
    if (procedure.operation === undefined && procedure.entry('response.validate') !== undefined) {
      procedure.notify(
        'response.validate',
        'has no effect, because the procedure is no operation of the document',
      );
    }
  }
  if (service.entry('openapi.file') === undefined) {
    notifyUseless(service);
    return;
  }
  if (service.settings['openapi.file'] !== undefined && service.entry('openapi.realm') === undefined) {
    service.report('openapi.realm', 'is required with openapi.file (name of a realm)');
  }
  if (service.document == null) return;
  checkOwnProcedures(service, service.document);
  checkServers(service, service.document);
  checkOwnServers(service, service.document);
}

function notifyUseless(service: ServiceDraft): void {
  for (const key of Object.keys(OPENAPI_KEYS) as (keyof typeof OPENAPI_KEYS)[]) {
    if (service.entry(key) !== undefined) service.notify(key, 'has no effect without openapi.file');
  }
}

/** A procedure that is no operation of the document may have a misspelt id. */
function checkOwnProcedures({ procedures }: ServiceDraft, { ids }: ServiceDocument): void {
  for (const procedure of procedures) {
    if (procedure.operation !== undefined || procedure.entry('uri') !== undefined) continue;
    const near = nearestId(procedure.name, ids);
    procedure.notify(
      'uri',
      near === undefined
        ? 'the document has no operation of this name, so the procedure is one more'
        : `the document has no operation of this name; did you mean ${near}?`,
    );
  }
}

/** Notes a base_url whose path is not that of a server in the document. */
function checkServers(service: ServiceDraft, { model: { servers } }: ServiceDocument): void {
  const base = plainBase(service);
  if (base === undefined) return;
  const path = pathOf(base);
  const known = servers.map(pathOf);
  if (known.length === 0 || known.includes(path)) return;
  const shown = [...new Set(known)].slice(0, 3).join(', ');
  service.notify('base_url', `has the path ${path}, but the servers of the document have ${shown}`);
}

/**
 * Notes operations with servers of their own, because all requests go to base_url: on another path,
 * or on a host that is none of the document.
 */
function checkOwnServers(service: ServiceDraft, { model: { servers } }: ServiceDocument): void {
  const base = plainBase(service);
  const path = base === undefined ? undefined : pathOf(base);
  const hosts = new Set([...servers, ...(base === undefined ? [] : [base])].map(hostOf));
  for (const { operation, noteOperation, entry } of service.procedures) {
    if (operation === undefined || operation.servers.length === 0 || entry('path') !== undefined) continue;
    const isOnPath = path === undefined || operation.servers.some((url) => pathOf(url) === path);
    const isOnHost = operation.servers.map(hostOf).some((host) => host === '' || hosts.has(host));
    if (isOnPath && isOnHost) continue;
    const shown = operation.servers.slice(0, 3).join(', ');
    noteOperation?.(
      `has servers of its own (${shown}), but its requests go to base_url; exclude it, or use another service`,
    );
  }
}

/** base_url. Undefined if it has variables. */
function plainBase({ settings: { base_url: base } }: ServiceDraft): string | undefined {
  const [source] = base?.parts ?? [];
  return base?.parts.length === 1 && typeof source === 'string' && URL.canParse(source) ? source : undefined;
}

/** Empty for a relative URL. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '');

/** The path of a URL that may be relative. Without a slash at its end, which does not count. */
function pathOf(url: string): string {
  if (!URL.canParse(url, 'http://document.invalid')) return '/';
  return new URL(url, 'http://document.invalid').pathname.replace(/\/+$/, '') || '/';
}
