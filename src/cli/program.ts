import { Command } from 'commander';
import { packageVersion } from '../version.js';
import type { CallOptions } from './call.js';
import { commandName } from './command-name.js';
import { DEFAULT_ITERATIONS } from './defaults.js';
import type { ExitCode, Host } from './host.js';
import { demoPort, durationOption, iterationsOption, portOption } from './options.js';

/** The two ways in which a command runs. */
export interface Runner {
  once(command: () => ExitCode | Promise<ExitCode>): Promise<void>;
  untilStopped(command: () => Promise<ExitCode>): Promise<void>;
}

/** The words that the command line understands, and their help. A command is loaded when it is the one that was named. */
export function buildProgram(argv: readonly string[], host: Host, run: Runner): Command {
  const program = new Command('rpc-gateway')
    .description('Exposes HTTP/REST APIs as WAMP procedures, from one bondy.conf')
    .version(packageVersion())
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError('(rpc-gateway --help tells more)')
    .addHelpText(
      'after',
      `
Examples:
  rpc-gateway demo                                      an example API and a gateway to it, nothing to set up
  rpc-gateway check --config bondy.conf                 find every mistake in a configuration
  rpc-gateway start --config bondy.conf                 run the gateway
  rpc-gateway call com.billing.get_invoice id=INV-001   call a procedure`,
    );

  program
    .command('start')
    .description('run the gateway until SIGTERM or Ctrl-C')
    .option('-c, --config <file>', 'the configuration (default: ./bondy.conf)')
    .addHelpText(
      'after',
      `
Prints one line on stdout when every procedure can be called; the log goes to stderr as JSON lines.

Examples:
  rpc-gateway start
  rpc-gateway start --config /etc/rpc-gateway/bondy.conf 2>>gateway.log`,
    )
    .action((options: { config?: string }) =>
      run.untilStopped(async () => {
        const { start } = await import('./start.js');
        return await start(options, host);
      }),
    );

  program
    .command('check')
    .description('find every mistake in a configuration, without running it')
    .option('-c, --config <file>', 'the configuration (default: ./bondy.conf)')
    .addHelpText(
      'after',
      `
Prints each mistake as file:line: key: what is wrong, and ends with exit code 1 if there is any.

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

  program
    .command('call')
    .description('call a WAMP procedure and print the result')
    .argument('<uri>', 'the procedure, for example com.billing.get_invoice')
    .argument('[key=value...]', 'keyword arguments; a value that parses as JSON is JSON, any other is text')
    .option('--realm <realm>', 'the realm to join (default: from the configuration)')
    .option('--url <url>', 'where the router listens (default: $RPC_GATEWAY_URL, or from the configuration)')
    .option(
      '-c, --config <file>',
      'the configuration (default: ./bondy.conf if it exists, else what the demo uses)',
    )
    .option('--timeout <duration>', 'give up after so long, for example 5s or 500ms', durationOption)
    .option('--json', "print the result's kwargs as one line of JSON")
    .option('--dry-run', 'print the HTTP request as a curl command and send nothing')
    .addHelpText(
      'after',
      `
A WAMP error ends with exit code 1.

Examples:
  rpc-gateway call com.billing.get_invoice id=INV-001
  rpc-gateway call com.billing.create_invoice customer=cust-42 amount=2500 lines='[{"desc":"Widget","qty":5}]'
  rpc-gateway call com.billing.get_invoice id=INV-001 --json | jq .body
  rpc-gateway call com.billing.get_invoice id=INV-001 --dry-run --config bondy.conf
  rpc-gateway call com.billing.get_invoice id='"007"'     quotes keep a number as text`,
    )
    .action((uri: string, words: string[], options: CallOptions) =>
      run.once(async () => {
        const { call } = await import('./call.js');
        return await call(uri, words, options, host);
      }),
    );

  program
    .command('demo')
    .description('run an example billing API and a gateway to it')
    .option('--port <port>', 'where the gateway listens (default: $DEMO_PORT, or 18080)', portOption)
    .addHelpText(
      'after',
      `
Stays up until Ctrl-C. Nothing is kept.

Examples:
  rpc-gateway demo
  rpc-gateway demo --port 18090`,
    )
    .action((options: { port?: number }) =>
      run.untilStopped(async () => {
        const { demo } = await import('./demo/demo.js');
        return await demo({ port: demoPort(options.port, host), command: commandName(argv[1]) }, host);
      }),
    );

  program
    .command('hash-password')
    .description('turn a password into a salted hash for the security file')
    .option('--iterations <count>', `rounds of PBKDF2 (default: ${DEFAULT_ITERATIONS})`, iterationsOption)
    .addHelpText(
      'after',
      `
Reads the password from stdin, or asks for it. What it prints goes in the place of the password.

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
