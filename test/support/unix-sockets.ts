import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Leaves the file of a Unix socket behind, as a killed program does. */
export async function killedServer(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(process.argv[1], () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}
