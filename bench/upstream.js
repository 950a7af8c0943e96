/** The API of the benchmarks: nginx if it is installed, else a small Node.js server in its own process. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invoices, SIZES } from './bodies.js';
import { answers, freePort } from './ports.js';
import { run, start } from './processes.js';

/** The token that the token endpoint issues and the API requires. */
export const TOKEN = 'bench-token-0123456789';

/** The name of a body in paths and procedures, by its size. */
export const slug = (size) => size.replace(' ', '').toLowerCase();

/** @returns {Promise<{ pid: number, port: number, name: string }>} */
export async function startUpstream() {
  const version = nginxVersion();
  if (version !== undefined) return startNginx(version);
  const { pid, ready } = await start('./upstream-node.js');
  return { pid, port: ready.port, name: `node:http ${process.version}` };
}

function nginxVersion() {
  const { stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return /nginx\/([\d.]+)/.exec(stderr ?? '')?.[1];
}

async function startNginx(version) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-nginx-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  for (const [size, bytes] of Object.entries(SIZES)) {
    writeFileSync(join(folder, `${slug(size)}.json`), JSON.stringify(invoices(bytes)));
  }
  writeFileSync(join(folder, 'nginx.conf'), nginxConf(folder, port));
  const { pid } = await run('nginx', ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf'], () => answers(port));
  return { pid, port, name: `nginx ${version}` };
}

/**
 * nginx with one process, so its processor time can be measured. It reads the bodies of POST and
 * responds with a file.
 */
function nginxConf(folder, port) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ');
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  ${temporary}
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 1h;
  client_max_body_size 4m;
  client_body_buffer_size 2m;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  open_file_cache max=100 inactive=1h;
  types { application/json json; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /token {
      default_type application/json;
      return 200 '{"access_token":"${TOKEN}","token_type":"Bearer","expires_in":3600}';
    }
    # /api/50b/INV-1 and the like; what follows the size is there to be built and read.
    location /api/ {
      if ($http_authorization != "Bearer ${TOKEN}") { return 401; }
      rewrite ^/api/(\\w+)/ /$1.json break;
      root ${folder};
      # Static files refuse POST: they are then read again as by GET.
      error_page 405 =200 $uri;
    }
    location ~ \\.json$ {
      internal;
      root ${folder};
    }
  }
}
`;
}
