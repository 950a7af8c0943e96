import { child, elements, type Located, members, own } from '../read/document-files.js';
import { namesIn, type Version } from './upgrade-schema.js';

/**
 * The URLs of the servers, with the defaults of their variables.
 *
 * @param node the document, or a path or an operation, which may have servers of their own
 */
export function serversOf(node: Located, version: Version): readonly string[] {
  if (version === '2.0') {
    const [host, path, schemes] = ['host', 'basePath', 'schemes'].map((name) => own(node.value, name));
    if (typeof path !== 'string' && typeof host !== 'string') return [];
    const [scheme = 'https'] = namesIn(schemes);
    const base = typeof path === 'string' ? path : '';
    return [typeof host === 'string' ? `${scheme}://${host}${base}` : base];
  }
  return elements(child(node, 'servers')).flatMap((server) => {
    const url = own(server.value, 'url');
    if (typeof url !== 'string') return [];
    const variables = new Map(
      members(child(server, 'variables')).map(([name, { value }]) => [name, own(value, 'default')]),
    );
    return [url.replace(/\{([^{}]*)\}/g, (whole, name: string) => String(variables.get(name) ?? whole))];
  });
}
