import { once } from 'node:events';
import { start } from './processes.js';

/**
 * A heap that V8 collects only partly during a measurement. While V8 marks a whole heap, the process
 * handles calls more slowly for about 12 ms, twice in three seconds. In the load of all sides, these
 * pauses would be most of the slowest hundredth of the calls.
 */
const HEAP = ['--initial-heap-size=1024'];

/** A process that makes the load for one side, see load.js. */
export async function startLoad(side) {
  const { child, pid } = await start('./load.js', [], { execArgv: HEAP });
  async function ask(order) {
    child.send(order);
    const [{ result, error }] = await once(child, 'message');
    if (error !== undefined) throw new Error(`${side.name}: ${error}`);
    return result;
  }
  await ask({ open: side.open });
  return { side, child, pid, ask };
}
