import { median, spread } from './statistics.js';

/** Computes medians, spreads and ratios of a run, and prints them on the console. */

const count = (number) => Math.round(number).toLocaleString('en');
const micros = (number) => (number === undefined ? '–' : `${Math.round(number)}`);
const GROUPS = ['load', 'between', 'router', 'callee', 'upstream'];

/** @param {string} [base] the side that the ratios compare with */
export function createReport(sides, base = 'raw') {
  const width = Math.max(...sides.map(({ name }) => name.length));
  const rows = [];

  function rowsOf(cell, results) {
    const reference = results.get(base);
    const measured = sides.filter(({ key }) => results.has(key));
    return measured.map((side) => {
      const runs = results.get(side.key);
      const of = (key) => median(runs.map((run) => run[key]));
      const cpu = (group) =>
        runs[0].cpu[group] === undefined ? undefined : median(runs.map((run) => run.cpu[group]));
      const perRound = (key) => runs.map((run) => run[key]);
      return {
        cell,
        side: side.key,
        name: side.name,
        perSecond: of('perSecond'),
        perRound: perRound('perSecond'),
        spread: spread(perRound('perSecond')),
        // Round by round, because the machine may be slower in one round than in another.
        ratio: reference && median(runs.map((run, round) => run.perSecond / reference[round].perSecond)),
        p50: of('p50'),
        p99: of('p99'),
        p99PerRound: perRound('p99'),
        calleePerRound: runs.map((run) => run.cpu.callee),
        cpu: Object.fromEntries(GROUPS.map((group) => [group, cpu(group)])),
        rss: runs[0].rss === undefined ? undefined : of('rss'),
      };
    });
  }

  function print(row) {
    const { name, perSecond, ratio, p50, p99, cpu, rss } = row;
    const bar = ratio === undefined ? '' : '█'.repeat(Math.round(ratio * 24));
    const text = [
      name.padEnd(width),
      count(perSecond).padStart(8),
      `±${row.spread.toFixed(0)} %`.padStart(6),
      (ratio?.toFixed(2) ?? '').padStart(6),
      `${p50.toFixed(2)} / ${p99.toFixed(2)}`.padStart(16),
      ['load', 'router', 'callee', 'upstream']
        .map((group) => micros(cpu[group]))
        .join(' + ')
        .padStart(22),
      (rss === undefined ? '–' : count(rss / 1e6)).padStart(7),
    ];
    console.log(`${text.join('  ')}  ${bar}`);
  }

  return {
    rows,
    /** The calls per second of a side in an earlier cell. */
    rate: (cell, side) => rows.find((row) => row.cell === cell && row.side === side).perSecond,
    add(cell, results) {
      const heads = ['', 'calls/s', '', `to ${base}`, 'p50 / p99 ms', 'CPU µs per call', 'MB'];
      const widths = [width, 8, 6, 6, 16, 22, 7];
      console.log(heads.map((head, index) => head.padStart(widths[index])).join('  '));
      for (const row of rowsOf(cell, results)) {
        rows.push(row);
        print(row);
      }
    },
  };
}
