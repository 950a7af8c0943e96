// Prints how long this process takes to read a configuration, and how much it grows meanwhile: JSON with `ms` and `bytes`.
import { loadConfig } from '../../dist/config/load-config.js';

const before = process.resourceUsage().maxRSS;
const started = performance.now();
loadConfig(process.argv[2], { env: {} });
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, bytes: (process.resourceUsage().maxRSS - before) * 1024 }));
