#!/usr/bin/env node
import { main } from '../dist/cli/main.js';
import { createProcessHost } from '../dist/cli/process-host.js';

await main(process.argv, createProcessHost());
