import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import type { Terminal } from './terminal.ts';

/** The terminal of this process. Ctrl-C ends the process unless a command asks for `signal`. */
export function processTerminal(): Terminal {
  let stop: AbortController | undefined;
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    screen: process.stderr,
    ask: process.stdin.isTTY ? ask : undefined,
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
