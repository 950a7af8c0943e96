/** Starts the processes under test, tells what they used, and ends them with the run. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Of Linux: the kernel counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
const PAGE = 4096;

const running = new Set();
// Whatever ends the run, its children end with it.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// Node runs no `exit` handlers for a signal that nobody handles.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.once(signal, async () => {
    // What is measured fails as its processes end, of which nobody needs to hear.
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

/** Forks a module of this folder; resolves with the process and its first message, which says that it is ready. */
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

/** Runs a program; resolves with its process as soon as `isReady` does. */
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
 * Processor time of processes and all that they have started, in milliseconds, and their resident memory, in bytes;
 * undefined where the system has no /proc.
 */
export function usage(pids) {
  if (!existsSync('/proc/self/stat')) return undefined;
  const stats = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (stat(name) ?? []) : []));
  const wanted = new Set(pids);
  // A child's number may be below its parent's, so until nothing is new.
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
    // The name of the program stands in parentheses, and may hold spaces.
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
