import { once } from 'node:events';
import { start } from './processes.js';

/** A process that makes the load for one side, see load.js. */
export async function startLoad(side) {
  const { child, pid } = await start('./load.js');
  async function ask(order) {
    child.send(order);
    const [{ result, error }] = await once(child, 'message');
    if (error !== undefined) throw new Error(`${side.name}: ${error}`);
    return result;
  }
  await ask({ open: side.open });
  return { side, child, pid, ask };
}
