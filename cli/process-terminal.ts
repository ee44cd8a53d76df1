import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

/** The terminal of this process. Ctrl-C ends the process unless a command asks for `signal`. */
export function processTerminal(): Terminal {
  let stop: AbortController | undefined;
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    screen: process.stderr,
    ask: process.stdin.isTTY ? ask : undefined,
    question: process.stdin.isTTY ? question : undefined,
    isShown: process.stdout.isTTY === true,
    input: () => text(process.stdin),
    // styleText follows NO_COLOR, FORCE_COLOR and whether the stream is a terminal.
    paint: (style, words) => styleText(style, words, { stream: process.stdout }),
    get signal() {
      if (!stop) {
        stop = new AbortController();
        process.once('SIGINT', () => stop!.abort());
      }
      return stop.signal;
    },
  };
}

async function ask(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [y/N] `).finally(() => prompt.close());
  return /^y(es)?$/i.test(answer.trim());
}

/** What swallows the characters that readline would show. */
const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

async function question(words: string, { hidden = false }: { hidden?: boolean } = {}): Promise<string> {
  // A terminal shows what is typed by itself unless readline reads key by key.
  const output = hidden ? nowhere() : process.stderr;
  const prompt = createInterface({ input: process.stdin, output, terminal: true });
  const ended = new Promise<never>((_, fail) =>
    prompt.once('close', () => fail(new CommandError('nothing was typed'))),
  );
  prompt.once('SIGINT', () => {
    prompt.close();
    process.kill(process.pid, 'SIGINT');
  });
  ended.catch(() => {});
  if (hidden) process.stderr.write(words);
  try {
    return await Promise.race([prompt.question(hidden ? '' : words), ended]);
  } finally {
    prompt.close();
    if (hidden) process.stderr.write('\n');
  }
}
