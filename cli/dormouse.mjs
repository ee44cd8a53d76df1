#!/usr/bin/env node
// The program `dormouse`. It runs on any Node from 20 on: where that is too old for the platform, it starts the Node that
// the packages bring, with the same arguments (docs/decisions/0002-node-from-packages.md).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const root = fileURLToPath(new URL('..', import.meta.url));

if (major > 24 || (major === 24 && minor >= 7)) {
  if (process.argv[2] === 'start') await saveMemory();
  // Before the first import: stripping types and compiling take most of the time of a short command.
  module.enableCompileCache(join(root, 'node_modules/.cache/dormouse'));
  await import('./main.ts');
} else startPackagedNode();

/**
 * Begins anew, as the same process, where its allocators were not told what a process needs that runs for weeks. By default V8 lets new
 * objects take 128 MiB before it looks which of them are needed, and keeps that memory.
 */
async function saveMemory() {
  const { mallocVariables } = await import('../knative/local/serving/process/malloc.ts');
  const missing = Object.keys(mallocVariables).some((name) => process.env[name] === undefined);
  // A channel to a parent would not survive, and Windows has no such call.
  if (!missing || process.channel || process.platform === 'win32') return;
  const args = [
    process.execPath,
    '--max-semi-space-size=16',
    '--heap-growing-percent=100',
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  process.execve(process.execPath, args, { ...mallocVariables, ...process.env });
}

function startPackagedNode() {
  const node = join(root, 'node_modules/.bin/node');
  if (!existsSync(node)) {
    console.error(
      `dormouse: Node ${process.versions.node} is too old: 24.7 or newer is needed. "npm ci" installs one where it can.`,
    );
    process.exit(1);
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both, and a second one means "at once": it is passed on only where there is no terminal.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
