import type { MainHost } from './main.js';
import { runProgram } from './run-program.js';

/** This process, as the host of a command. */
export function createProcessHost(): MainHost {
  return {
    env: process.env,
    // Reading these properties opens the streams.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    get exitCode() {
      return process.exitCode;
    },
    set exitCode(code) {
      process.exitCode = code;
    },
    on: process.on.bind(process) as MainHost['on'],
    off: process.off.bind(process),
    removeAllListeners: (event) => process.removeAllListeners(event),
    exit: (code) => process.exit(code),
    runProgram,
  };
}
