/**
 * The long run of the property in `requests.ts`: a million sets of kwargs, or as many as the first argument says.
 *
 *   npx vite-node test/properties/requests-long.ts [RUNS] [SEED]
 */
import fc from 'fast-check';
import { checkRequest, kwargsArbitrary, subjects } from './requests.js';

const runs = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const all = subjects();
let left = 0;
let done = 0;
fc.assert(
  fc.property(kwargsArbitrary, (kwargs) => {
    const subject = all[done++ % all.length];
    if (subject !== undefined && checkRequest(subject, kwargs)) left++;
    if (done % 50_000 === 0) console.log(`${done} sets of kwargs, ${left} requests, none out of shape`);
  }),
  { numRuns: runs, seed },
);
console.log(`done: ${runs} sets of kwargs (seed ${seed}), ${left} requests left, ${runs - left} refused`);
