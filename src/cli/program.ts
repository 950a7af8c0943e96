import { Command } from 'commander';
import { packageVersion } from '../version.js';
import type { CallOptions } from './call.js';
import { commandName } from './command-name.js';
import { DEFAULT_ITERATIONS } from './defaults.js';
import type { DescribeOptions } from './describe.js';
import type { ExitCode, Host } from './host.js';
import type { ImportOptions } from './import-options.js';
import type { ListOptions } from './list.js';
import {
  AUTHMETHODS,
  authmethodOption,
  demoPort,
  durationOption,
  iterationsOption,
  namingOption,
  portOption,
  repeated,
  SHELLS,
  type Shell,
  shellArgument,
} from './options.js';
import type { ReloadOptions } from './reload.js';
import type { StartOptions } from './start.js';
import type { StatusOptions } from './status.js';
import type { TestOptions } from './test-cases.js';
import type { TypesOptions } from './types.js';

/** Runs a command once, or until a signal stops it. */
export interface Runner {
  once(command: () => ExitCode | Promise<ExitCode>): Promise<void>;
  untilStopped(command: () => Promise<ExitCode>): Promise<void>;
}

/** The options of commands that ask a running gateway. */
function addAdminOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration of the gateway (default: ./bondy.conf if it exists)')
    .option(
      '--admin <url>',
      'the URL of the admin listener (default: $RPC_GATEWAY_ADMIN_URL, or from the configuration)',
    )
    .option('--token <token>', 'admin.token (default: $RPC_GATEWAY_ADMIN_TOKEN, or from the configuration)')
    .option('--cert <file>', 'a client certificate (PEM), if the admin listener demands one')
    .option('--key <file>', 'the private key (PEM) of --cert')
    .option(
      '--ca <file>',
      'the CA certificates (PEM) of the admin listener (default: those of Node.js, or the certificate from the configuration)',
    );
}

/** Defines the commands, their options and their help. Only the chosen command is loaded. */
export function buildProgram(argv: readonly string[], host: Host, run: Runner): Command {
  const program = new Command('rpc-gateway')
    .description('Exposes HTTP/REST APIs as WAMP procedures, from one bondy.conf')
    .version(packageVersion())
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError('(see rpc-gateway --help)')
    .addHelpText(
      'after',
      `
Examples:
  rpc-gateway demo                                      run an example API and a gateway for it
  rpc-gateway check --config bondy.conf                 find all errors in a configuration
  rpc-gateway start --config bondy.conf                 run the gateway
  rpc-gateway list --config bondy.conf                  list the procedures of a configuration
  rpc-gateway status                                    print the state of a running gateway
  rpc-gateway call com.billing.get_invoice id=INV-001   call a procedure`,
    );

  program
    .command('start')
    .description('run the gateway until SIGTERM or Ctrl-C')
    .option('-c, --config <file>', 'the configuration file (default: ./bondy.conf)')
    .option('--watch', 'reload when the configuration, or a file that it names, changes')
    .addHelpText(
      'after',
      `
Prints one line on stdout when all procedures are ready. Writes its log to stderr: text on a
terminal, otherwise JSON lines.

Examples:
  rpc-gateway start
  rpc-gateway start --watch
  rpc-gateway start --config /etc/rpc-gateway/bondy.conf 2>>gateway.log`,
    )
    .action((options: StartOptions) =>
      run.untilStopped(async () => {
        const { start } = await import('./start.js');
        return await start(options, host);
      }),
    );

  program
    .command('check')
    .description('find all errors in a configuration, without running it')
    .option('-c, --config <file>', 'the configuration file (default: ./bondy.conf)')
    .addHelpText(
      'after',
      `
Prints each error as file:line: key: what is wrong. The exit code is 1 if there is an error.

Examples:
  rpc-gateway check
  rpc-gateway check --config examples/demo.conf`,
    )
    .action((options: { config?: string }) =>
      run.once(async () => {
        const { check } = await import('./check.js');
        return check(options, host);
      }),
    );

  addAdminOptions(program.command('status'))
    .description('print the state of a running gateway')
    .option('--json', 'print one line of JSON, as GET /status answers it')
    .option('--watch', 'print the state again every second, until Ctrl-C')
    .addHelpText(
      'after',
      `
Asks the admin listener of the gateway. The figures are those of the last minute.

Exit codes: 0 if the gateway answers, 2 for a wrong command line, 3 if nothing answers or the token
is wrong.

Examples:
  rpc-gateway status
  rpc-gateway status --watch --config /etc/rpc-gateway/bondy.conf
  rpc-gateway status --json | jq '.services[] | select(.state != "up") | .name'
  RPC_GATEWAY_ADMIN_TOKEN=… rpc-gateway status --admin https://gateway.example.com:18081`,
    )
    .action((options: StatusOptions) =>
      run.once(async () => {
        const { status } = await import('./status.js');
        return await status(options, host);
      }),
    );

  addAdminOptions(program.command('reload'))
    .description('make a running gateway use its changed configuration')
    .option('--dry-run', 'print what would change, and change nothing')
    .addHelpText(
      'after',
      `
The gateway reads the file with which it was started. If the file has a mistake, nothing changes.

Exit codes: 0 if the gateway has reloaded, 1 if it has not, 2 for a wrong command line, 3 if nothing
answers or the token is wrong.

Examples:
  rpc-gateway reload --dry-run
  rpc-gateway reload --config /etc/rpc-gateway/bondy.conf`,
    )
    .action((options: ReloadOptions) =>
      run.once(async () => {
        const { reload } = await import('./reload.js');
        return await reload(options, host);
      }),
    );

  program
    .command('call')
    .description('call a WAMP procedure and print the result')
    .argument('<uri>', 'the procedure, for example com.billing.get_invoice')
    .argument(
      '[key=value...]',
      'keyword arguments; a valid JSON value is sent as JSON, any other value as text',
    )
    .option('--realm <realm>', 'the realm to join (default: from the configuration)')
    .option('--url <url>', 'the URL of the router (default: $RPC_GATEWAY_URL, or from the configuration)')
    .option(
      '-c, --config <file>',
      'the configuration file (default: ./bondy.conf if it exists, otherwise the one of the demo)',
    )
    .option('--args <json>', 'positional arguments, a JSON list')
    .option(
      '--kwargs <json>',
      'keyword arguments, a JSON object; @FILE reads it from a file, - reads it from stdin',
    )
    .option('--authid <name>', 'log in as this user (default: $RPC_GATEWAY_AUTHID)')
    .option('--ticket <ticket>', 'log in with a ticket (default: $RPC_GATEWAY_TICKET)')
    .option('--secret <secret>', 'log in with wamp-scram or wampcra (default: $RPC_GATEWAY_SECRET)')
    .option('--private-key <hex>', 'log in with cryptosign (default: $RPC_GATEWAY_PRIVATE_KEY)')
    .option('--authmethod <name>', `offer only this authmethod: ${AUTHMETHODS.join(', ')}`, authmethodOption)
    .option('--timeout <duration>', 'give up after this time, for example 5s or 500ms', durationOption)
    .option('--json', 'print one line of JSON: the kwargs of a result, or {error, args, kwargs} for an error')
    .option('--dry-run', 'print the HTTP request as a curl command and send nothing')
    .addHelpText(
      'after',
      `
Exit codes: 0 for a result, 1 for a WAMP error, 2 for a wrong command line, 3 if the command cannot
connect or log in.
Other users of this machine can see the options of a command. So pass secrets in the environment.

Examples:
  rpc-gateway call com.billing.get_invoice id=INV-001
  rpc-gateway call com.billing.create_invoice customer=cust-42 amount=2500 lines='[{"desc":"Widget","qty":5}]'
  rpc-gateway call com.billing.get_invoice id=INV-001 --json | jq .body
  rpc-gateway call com.billing.get_invoice id=INV-001 --dry-run --config bondy.conf
  rpc-gateway call com.billing.get_invoice id='"007"'     quotes keep a number as text
  rpc-gateway call com.billing.create_invoice --kwargs @invoice.json
  RPC_GATEWAY_SECRET=… rpc-gateway call com.billing.get_invoice id=INV-001 --authid alice
  rpc-gateway call com.example.add --args '[1, 2]'        a procedure that takes positional arguments`,
    )
    .action((uri: string, words: string[], options: CallOptions) =>
      run.once(async () => {
        const { call } = await import('./call.js');
        return await call(uri, words, options, host);
      }),
    );

  program
    .command('list')
    .description('list the procedures of a configuration')
    .option('-c, --config <file>', 'the configuration file (default: ./bondy.conf)')
    .option('--json', 'print one line of JSON: a list of {uri, realm, method, path, service}')
    .addHelpText(
      'after',
      `
Examples:
  rpc-gateway list
  rpc-gateway list --config bondy.conf --json | jq -r '.[].uri'`,
    )
    .action((options: ListOptions) =>
      run.once(async () => {
        const { list } = await import('./list.js');
        return list(options, host);
      }),
    );

  program
    .command('describe')
    .description('tell what a procedure takes and gives')
    .argument('[uri]', 'the procedure; without it, all procedures in a line each')
    .option('-c, --config <file>', 'the configuration file (default: ./bondy.conf)')
    .option('--realm <realm>', 'the realm of the procedure (default: the first one)')
    .option('--json', 'print one line of JSON, with JSON Schemas')
    .addHelpText(
      'after',
      `
Examples:
  rpc-gateway describe
  rpc-gateway describe com.billing.get_invoice
  rpc-gateway describe com.billing.get_invoice --json | jq .kwargs_schema`,
    )
    .action((uri: string | undefined, options: DescribeOptions) =>
      run.once(async () => {
        const { describe } = await import('./describe.js');
        return await describe(uri, options, host);
      }),
    );

  program
    .command('types')
    .description('print a typed client in TypeScript or Python')
    .option('-c, --config <file>', 'the configuration file (default: ./bondy.conf)')
    .option('--realm <realm>', 'the realm of the procedures (default: the one that has procedures)')
    .option('--python', 'print a module of Python, for autobahn|python')
    .addHelpText(
      'after',
      `
Prints one file: the types of all procedures, and createClient for sessions of autobahn-js and wampy.
See docs/types.md.

Examples:
  rpc-gateway types > billing.ts
  rpc-gateway types --realm com.example.myrealm --config bondy.conf > billing.ts
  rpc-gateway types --python > billing.py`,
    )
    .action((options: TypesOptions) =>
      run.once(async () => {
        const { types } = await import('./types.js');
        return await types(options, host);
      }),
    );

  program
    .command('test')
    .description('test a configuration without its APIs')
    .argument('<file...>', 'files with cases, in YAML or JSON')
    .option('-c, --config <file>', 'the configuration file (default: ./bondy.conf)')
    .option('--junit <file>', 'also write the results to this file, in the XML of JUnit')
    .addHelpText(
      'after',
      `
A case is a call, the answer of the API, the request that the gateway must send, and what the caller
must get. Nothing is sent. The exit code is 1 if a case fails. See docs/testing.md.

Examples:
  rpc-gateway test tests/billing.yaml
  rpc-gateway test tests/*.yaml --config bondy.conf --junit results.xml`,
    )
    .action((files: string[], options: TestOptions) =>
      run.once(async () => {
        const { testCases } = await import('./test-cases.js');
        return await testCases(files, options, host);
      }),
    );

  program
    .command('import')
    .description('print the operations of an OpenAPI document as lines of a configuration')
    .argument('<file>', 'the document, in JSON or YAML')
    .option('--service <name>', 'the name of the service (default: from the name of the file)')
    .option('--realm <realm>', 'the realm of the procedures', 'realm1')
    .option('--uri-prefix <uri>', 'what the URIs of procedures begin with (default: the name of the service)')
    .option('--base-url <url>', 'the URL of the API (default: the first server of the document)')
    .option('--include <patterns>', 'import only these operations, as in openapi.include', repeated, [])
    .option('--exclude <patterns>', 'leave out these operations, as in openapi.exclude', repeated, [])
    .option('--naming <rule>', 'operation_id, or path for names from paths', namingOption, 'operation_id')
    .addHelpText(
      'after',
      `
Prints plain keys with the summaries as comments, for you to edit. Operations that plain keys cannot
say stay with the document (openapi.include); stderr says why. See docs/openapi.md.

Examples:
  rpc-gateway import billing.yaml > billing.conf
  rpc-gateway import billing.yaml --realm com.example.myrealm --uri-prefix com.billing
  rpc-gateway import billing.yaml --include 'tag:invoices, GET /customers/*' --exclude 'delete*'`,
    )
    .action((file: string, options: ImportOptions) =>
      run.once(async () => {
        const { importDocument } = await import('./import.js');
        return await importDocument(file, options, host);
      }),
    );

  program
    .command('completion')
    .description('print a completion script for your shell')
    .argument('<shell>', SHELLS.join(', '), shellArgument)
    .addHelpText(
      'after',
      `
Examples:
  source <(rpc-gateway completion bash)                                        for this terminal
  rpc-gateway completion bash > ~/.local/share/bash-completion/completions/rpc-gateway
  rpc-gateway completion zsh > "\${fpath[1]}/_rpc-gateway"
  rpc-gateway completion fish > ~/.config/fish/completions/rpc-gateway.fish`,
    )
    .action((shell: Shell) =>
      run.once(async () => {
        const { completion } = await import('./completion.js');
        return completion(program, shell, host);
      }),
    );

  program
    .command('demo')
    .description('run an example billing API and a gateway for it')
    .option('--port <port>', 'the port of the gateway (default: $DEMO_PORT, or 18080)', portOption)
    .option(
      '--admin-port <port>',
      'the port of the console (default: $DEMO_ADMIN_PORT, or 18081)',
      portOption,
    )
    .addHelpText(
      'after',
      `
Runs until Ctrl-C. Keeps its data only in memory.

Examples:
  rpc-gateway demo
  rpc-gateway demo --port 18090 --admin-port 18091`,
    )
    .action((options: { port?: number; adminPort?: number }) =>
      run.untilStopped(async () => {
        const { demo } = await import('./demo/demo.js');
        const port = demoPort(options.port, 'DEMO_PORT', host);
        const adminPort = demoPort(options.adminPort, 'DEMO_ADMIN_PORT', host);
        return await demo({ port, adminPort, command: commandName(argv[1]) }, host);
      }),
    );

  program
    .command('hash-password')
    .description('turn a password into a salted hash for the security file')
    .option('--iterations <count>', `iterations of PBKDF2 (default: ${DEFAULT_ITERATIONS})`, iterationsOption)
    .addHelpText(
      'after',
      `
Reads the password from stdin, or asks for it. Write the output into the security file instead of
the password.

Examples:
  rpc-gateway hash-password
  rpc-gateway hash-password < password.txt`,
    )
    .action((options: { iterations?: number }) =>
      run.once(async () => {
        const { hashPasswordCommand } = await import('./hash-password.js');
        return await hashPasswordCommand(options, host);
      }),
    );
  return program;
}
