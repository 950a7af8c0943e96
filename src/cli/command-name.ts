import { relative } from 'node:path';

/**
 * The command with which the user started this program, so that suggested commands work:
 * `node bin/rpc-gateway.js` in a checkout, `npx rpc-gateway` for a dependency of a project, and
 * `rpc-gateway` on the PATH.
 *
 * @param script `process.argv[1]`.
 * @param folder the working directory of the user.
 */
export function commandName(script: string | undefined, folder: string = process.cwd()): string {
  if (script === undefined) return 'rpc-gateway';
  const path = relative(folder, script).replaceAll('\\', '/');
  if (/(^|\/)node_modules\//.test(path)) return 'npx rpc-gateway';
  return path.endsWith('bin/rpc-gateway.js') ? `node ${path}` : 'rpc-gateway';
}
