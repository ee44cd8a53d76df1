import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@dormouse/serving/process/free-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyCheckout } from '../checkout-copy.ts';
import { needs } from '../needs.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/tutorials/your-first-function.md'), 'utf8');

interface Block {
  language: string;
  path: string | undefined;
  text: string;
  line: number;
}

const blocks: Block[] = [...page.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(
  ({ 1: language, 2: path, 3: text, index }) => ({
    language: language as string,
    path,
    text: text as string,
    line: page.slice(0, index).split('\n').length,
  }),
);

let copy: string;
let shell: ChildProcess;
let platform: ChildProcess | undefined;
let ports: { ingress: number; console: number };

beforeAll(async () => {
  copy = copyCheckout();
  ports = { ingress: await freePort(), console: await freePort() };
  const { VITEST: _, NODE_OPTIONS: __, ...inherited } = process.env;
  const env = { ...inherited, PORT: String(ports.ingress), CONSOLE_PORT: String(ports.console), NO_COLOR: '1' };
  const options = { cwd: copy, env, stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'] };
  shell = spawn('bash', ['--noprofile', '--norc'], options);
  start = () => spawn('npm', ['start'], { ...options, detached: true });
});
let start: () => ChildProcess;

afterAll(async () => {
  shell?.kill();
  if (platform?.pid && platform.exitCode === null) {
    const ended = once(platform, 'exit');
    process.kill(-platform.pid, 'SIGTERM');
    await ended;
  }
  rmSync(copy, { recursive: true, maxRetries: 5 });
});

const own = (text: string) =>
  text
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.ingress}`)
    .replaceAll('127.0.0.1:8081', `127.0.0.1:${ports.console}`);

/** Runs a block in the one shell that follows the page. */
async function follow(text: string): Promise<string> {
  const { stdin, stdout, stderr } = shell as ChildProcess & { stdin: NonNullable<ChildProcess['stdin']> };
  let output = '';
  const done = new Promise<void>((resolve) => {
    const hear = (chunk: Buffer) => {
      output += chunk;
      if (/^--end--$/m.test(output)) resolve();
    };
    stdout!.on('data', hear);
    stderr!.on('data', hear);
  });
  stdin.write(`{\n${own(text)}\n} 2>&1 </dev/null\nprintf '\\n--end--\\n'\n`);
  await done;
  stdout!.removeAllListeners('data');
  stderr!.removeAllListeners('data');
  return output.replace(/\n--end--\n$/, '');
}

/** `npm start` in a terminal of its own: goes on when the ingress answers. */
async function startPlatform(): Promise<void> {
  platform = start();
  let said = '';
  platform.stdout!.on('data', (chunk) => (said += chunk));
  platform.stderr!.on('data', (chunk) => (said += chunk));
  for (let tries = 0; tries < 1_200; tries++) {
    if (platform.exitCode !== null) break;
    const answer = await fetch(`http://127.0.0.1:${ports.ingress}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`npm start did not come up: ${said}`);
}

/** The quoted output, `…` standing for anything. */
const matching = (quoted: string) =>
  new RegExp(
    quoted
      .trimEnd()
      .split('…')
      .map((part) => own(part).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*'),
  );

test('the page can be followed from its first line to its last', {
  ...needs('bash', 'curl'),
  timeout: 180_000,
}, async () => {
  expect(blocks.filter(({ language }) => language === 'sh').length).toBeGreaterThan(5);
  for (const [index, { language, path, text, line }] of blocks.entries()) {
    if (path) writeFileSync(join(copy, path), text);
    if (language !== 'sh') continue;
    if (text === 'npm start\n') {
      await startPlatform();
      continue;
    }
    const output = await follow(text);
    const quoted = blocks[index + 1];
    if (quoted?.language !== 'text') continue;
    // A reader looks again when an event is not there yet; other commands are not repeated.
    const look = async () => (text.startsWith('sleep ') ? follow(text) : output);
    await expect.poll(look, { message: `line ${line} of the page`, timeout: 60_000 }).toMatch(matching(quoted.text));
  }
});
