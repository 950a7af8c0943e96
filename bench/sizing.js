/** The measured figures of docs/scale-out.md: what one core carries, from the processor time of a call. */

const SIDES = ['attached to ours', 'attached to nexus', 'attached to crossbar'];

/** @param {{ rows: object[], memory?: { idle: number }, date: string, machine: string, node: string }} attached */
export function sizingSection({ rows, memory, date, machine, node }) {
  const cells = SIDES.flatMap((key) => {
    const row = rows.find(({ cell, side }) => side === key && cell.share === undefined);
    return row === undefined ? [] : [rowOf(row)];
  });
  const heads = [
    '',
    'CPU of a call: gateway',
    'router',
    'calls/s of one core: gateway',
    'router',
    'memory of router and gateway',
  ];
  const lines = [heads, heads.map(() => '---'), ...cells].map((each) => `| ${each.join(' | ')} |`);
  const idle =
    memory === undefined ? '' : ` An idle gateway takes ${Math.round(memory.idle / 1e6)} MB of memory.`;
  return `
${lines.join('\n')}

GET of 50 B, 64 calls at a time, ${date}, ${machine}, Node.js ${node.slice(1)}.
The calls per second of one core are calculated from the processor time of a call. They are what a core carries that does nothing else. Larger bodies
cost more.${idle}

`;
}

function rowOf({ name, cpu, rss }) {
  const perCore = (micros) => (Math.round(1e4 / micros) * 100).toLocaleString('en');
  return [
    name,
    `${Math.round(cpu.callee)} µs`,
    `${Math.round(cpu.router)} µs`,
    perCore(cpu.callee),
    perCore(cpu.router),
    `${Math.round(rss / 1e6)} MB`,
  ];
}
