/** The load, in its own process. It runs the requested operations and reports how long they took. */
import { measure } from './measure.js';
import { raw } from './ways/raw.js';
import { wamp } from './ways/wamp.js';

const WAYS = { raw, wamp };
let way;

async function perform({ open, load }) {
  if (open !== undefined) {
    way?.close();
    way = await WAYS[open.way](open);
    return {};
  }
  return measure(way.operation(load), load);
}

process.on('message', (order) => {
  perform(order).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error.message }),
  );
});
process.once('disconnect', () => process.exit(0));
process.send({});
