#!/usr/bin/env node
import { verifyCommand } from './verify.ts';

const usage = `Usage: oraferry verify <manifest> [--json]

Run \`oraferry verify --help\` for what it does.
`;

const [command, ...args] = process.argv.slice(2);
process.exitCode = command === 'verify' ? await verifyCommand(args, process.env) : refuse();

function refuse(): number {
  process.stderr.write(usage);
  return 2;
}
