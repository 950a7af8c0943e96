/** Starts the processes under test, measures what they use, and ends them with the run. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
const PAGE = 4096;

const running = new Set();
// Ends all child processes when the run ends, for whatever reason.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// Node.js runs no `exit` handlers if a signal has no handler.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.once(signal, async () => {
    // Measurements fail when their processes end. These errors are expected here.
    process.on('uncaughtException', () => {});
    await stopAll();
    process.exit(code);
  });
}

function keep(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Forks a module of this folder. Resolves with the process and its first message, the ready message. */
export async function start(file, args = [], options = {}) {
  const child = keep(
    fork(new URL(file, import.meta.url), args.map(String), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      ...options,
    }),
  );
  const [ready] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with code ${code}`))),
  ]);
  return { child, pid: child.pid, ready };
}

/** Runs a program. Resolves with its process when `isReady` has resolved. */
export async function run(command, args, isReady, options = {}) {
  const child = keep(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options }));
  const failed = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`${command} ended with code ${code}`)),
  );
  failed.catch(() => {});
  await Promise.race([isReady(child), failed]);
  return { child, pid: child.pid };
}

export async function stop({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await gone;
  clearTimeout(timer);
}

export async function stopAll() {
  await Promise.all([...running].map((child) => stop({ child })));
}

/**
 * The processor time in milliseconds and the resident memory in bytes of processes and all their
 * child processes. Undefined on a system without /proc.
 */
export function usage(pids) {
  if (!existsSync('/proc/self/stat')) return undefined;
  const stats = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (stat(name) ?? []) : []));
  const wanted = new Set(pids);
  // A child may have a smaller PID than its parent, so repeat until there is no new one.
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size;
    for (const { pid, parent } of stats) if (wanted.has(parent)) wanted.add(pid);
  }
  const found = stats.filter(({ pid }) => wanted.has(pid));
  const sum = (key) => found.reduce((total, entry) => total + entry[key], 0);
  return { cpuMs: sum('cpuMs'), rss: sum('rss') };
}

/** proc(5), /proc/pid/stat. */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program is in parentheses and may contain spaces.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return {
      pid: Number(pid),
      parent: fields[1],
      cpuMs: ((fields[11] + fields[12]) * 1000) / TICKS_PER_SECOND,
      rss: fields[21] * PAGE,
    };
  } catch {
    return undefined; // it has ended
  }
}
