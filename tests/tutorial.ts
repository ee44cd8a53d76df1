import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { blocksOf } from './docs/markdown.ts';

/** What a reader of a tutorial does: types commands, writes a file, or ends `npm start` (`ctrlC`). */
export interface Step {
  text: string;
  /** The file that is written; commands have none. */
  path: string | undefined;
  /** What the page says that commands print, `…` standing for anything. */
  output: string | undefined;
  line: number;
  /** The heading that it stands below. */
  heading: string;
}

/** The text of a step where the page says that `npm start` is stopped. */
export const ctrlC = 'Ctrl-C';

/** The steps of a page, in their order, without commands of which it says why nobody runs them. */
export function stepsOf(page: string): Step[] {
  const blocks = blocksOf(page);
  let heading = '';
  return blocks.flatMap(({ type, info, content, map }, at) => {
    if (type === 'inline' && blocks[at - 1]?.type === 'heading_open') heading = content;
    if (type === 'inline' && content.includes(ctrlC))
      return [{ text: ctrlC, path: undefined, output: undefined, line: (map?.[0] ?? 0) + 1, heading }];
    const [language = '', path] = info.split(' ');
    if (type !== 'fence' || (language !== 'sh' && !path)) return [];
    const before = blocks[at - 1];
    if (before?.type === 'html_block' && before.content.startsWith('<!-- not run: ')) return [];
    const after = blocks[at + 1];
    const output = after?.type === 'fence' && after.info === 'text' ? after.content : undefined;
    return [{ text: content, path, output, line: (map?.[0] ?? 0) + 1, heading }];
  });
}

export interface FollowerOptions {
  /** Where commands are typed. */
  folder: string;
  env: Readonly<Record<string, string>>;
  /** What stands here for something on the page: other ports. */
  here?: Readonly<Record<string, string>>;
  /** Answers when `npm start` has come up. */
  isUp?: () => Promise<boolean>;
}

/** Somebody who follows tutorials in one terminal, with `npm start` in another. */
export interface Follower {
  follow(steps: readonly Step[]): Promise<void>;
  /** Ends the shell, and what `npm start` has started. */
  end(): Promise<void>;
}

export function follower({ folder, env, here = {}, isUp }: FollowerOptions): Follower {
  const { VITEST: _, NODE_OPTIONS: __, ...inherited } = process.env;
  const options = { cwd: folder, env: { ...inherited, NO_COLOR: '1', ...env } };
  const shell = spawn('bash', ['--noprofile', '--norc'], { ...options, stdio: 'pipe' });
  let platform: ChildProcess | undefined;

  const own = (text: string) =>
    Object.entries(here).reduce((done, [there, replacement]) => done.replaceAll(there, replacement), text);

  /** Runs a block in the one shell that follows the page. */
  async function run(text: string): Promise<string> {
    let printed = '';
    const done = Promise.withResolvers<void>();
    const hear = (chunk: Buffer) => {
      printed += chunk;
      if (/^--end--$/m.test(printed)) done.resolve();
    };
    for (const stream of [shell.stdout, shell.stderr]) stream.on('data', hear);
    shell.stdin.write(`{\n${own(text)}\n} 2>&1 </dev/null\nprintf '\\n--end--\\n'\n`);
    await done.promise;
    for (const stream of [shell.stdout, shell.stderr]) stream.off('data', hear);
    return printed.replace(/\n--end--\n$/, '');
  }

  const running = () => platform?.pid !== undefined && platform.exitCode === null && platform.signalCode === null;

  /** Ctrl-C in the platform's terminal. */
  async function stop(): Promise<void> {
    if (platform?.pid && running()) {
      const ended = once(platform, 'exit');
      process.kill(-platform.pid, 'SIGTERM');
      await ended;
    }
  }

  /** `npm start` in a terminal of its own, whose platform the page has stopped: a home has one. */
  async function start(command: string): Promise<void> {
    if (running()) throw new Error(`${command}: a platform runs already, and the page does not say ${ctrlC}`);
    platform = spawn('bash', ['-c', `exec ${command}`], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let said = '';
    for (const stream of [platform.stdout!, platform.stderr!]) stream.on('data', (chunk) => (said += chunk));
    for (let tries = 0; tries < 1_200 && platform.exitCode === null; tries++) {
      if (await isUp?.().catch(() => false)) return;
      await new Promise((later) => setTimeout(later, 100));
    }
    throw new Error(`${command} did not come up: ${said}`);
  }

  async function take({ text, path, output, line }: Step): Promise<void> {
    if (path) return writeFileSync(join(folder, path), text);
    if (text === ctrlC) return stop();
    if (text.startsWith('npm start')) return start(text.trim());
    const printed = await run(text);
    if (output === undefined) return;
    // A reader looks again when an event is not there yet; other commands are not repeated.
    const look = async () => (text.startsWith('sleep ') ? run(text) : printed);
    const timeout = text.startsWith('sleep ') ? 60_000 : 1;
    await expect.poll(look, { message: `line ${line} of the page`, timeout }).toMatch(matching(own(output)));
  }

  return {
    async follow(steps) {
      for (const step of steps) await take(step);
    },
    async end() {
      shell.kill();
      await stop();
    },
  };
}

/** The quoted output, `…` standing for anything. */
const matching = (quoted: string) =>
  new RegExp(
    quoted
      .trimEnd()
      .split('…')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*'),
  );
