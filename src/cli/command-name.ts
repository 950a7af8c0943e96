import { relative } from 'node:path';

/**
 * How the user called this program, so that the commands we suggest work where they stand: `node bin/rpc-gateway.js` in a
 * checkout, `npx rpc-gateway` where it is a project's dependency, `rpc-gateway` where it is on the PATH.
 *
 * @param script `process.argv[1]`
 * @param folder the folder in which the user stands
 */
export function commandName(script: string | undefined, folder: string = process.cwd()): string {
  if (script === undefined) return 'rpc-gateway';
  const path = relative(folder, script).replaceAll('\\', '/');
  if (/(^|\/)node_modules\//.test(path)) return 'npx rpc-gateway';
  return path.endsWith('bin/rpc-gateway.js') ? `node ${path}` : 'rpc-gateway';
}
