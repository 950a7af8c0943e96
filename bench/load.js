/** The load, in its own process. It runs the requested operations and reports how long they took. */
import { measure, measureAtRate } from './measure.js';
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
  const operation = way.operation(load);
  return load.perSecond === undefined ? measure(operation, load) : measureAtRate(operation, load);
}

process.on('message', (order) => {
  perform(order).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error.message }),
  );
});
process.once('disconnect', () => process.exit(0));
process.send({});
