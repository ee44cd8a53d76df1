import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Article, asWritten } from './article.ts';

/** Longest work on one text in the thread, ms; after it, the text is shown as it was written. */
const maxWorkMs = 2_000;
/** Time for the code of one text, ms: nobody else waits here. */
const highlightMs = 100;
/** The thread ends when it had nothing to do for so long, ms. */
const idleMs = 10_000;
/** Most texts that wait. */
const maxWaiting = 20;
/** Tells the thread from other threads of the same program. */
const purpose = 'render Markdown';
/** Memory of the thread's young and old objects, MiB. */
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 128 };

let thread: Worker | undefined;
let idle: NodeJS.Timeout | undefined;
let last: Promise<unknown> = Promise.resolve();
let waiting = 0;

/**
 * Renders Markdown in a thread of its own, which starts with the first text and ends when there are no more: a long text holds
 * up nobody else, and one that takes too long is given up.
 */
export async function renderInThread(text: string, maxMs = maxWorkMs): Promise<Article> {
  if (waiting >= maxWaiting) return { html: asWritten(text), complete: false };
  waiting++;
  clearTimeout(idle);
  const mine = last.then(() => ask(text, maxMs)).catch(() => ({ html: asWritten(text), complete: false }));
  last = mine;
  try {
    return await mine;
  } finally {
    if (--waiting === 0) idle = setTimeout(end, idleMs).unref();
  }
}

function end(): void {
  void thread?.terminate();
  thread = undefined;
}

/** Rejects when the thread does not answer in time, or ends. */
function ask(text: string, maxMs: number): Promise<Article> {
  const asked = (thread ??= start());
  let timer: NodeJS.Timeout | undefined;
  return new Promise<Article>((resolve, reject) => {
    const settle = (settled: () => void) => {
      clearTimeout(timer);
      asked.off('message', hear).off('exit', fail);
      asked.unref();
      settled();
    };
    const fail = () => {
      end();
      settle(() => reject(new Error('the thread does not answer')));
    };
    const hear = (answer: Article | 'begun') => {
      if (answer === 'begun') timer = setTimeout(fail, maxMs);
      else settle(() => resolve(answer));
    };
    asked.on('message', hear).on('exit', fail);
    asked.ref();
    asked.postMessage(text);
  });
}

/** This module is the thread's program, too: in a bundle it is a file by itself. */
function start(): Worker {
  const made = new Worker(new URL(import.meta.url), { workerData: purpose, resourceLimits, execArgv: [] });
  // Without a listener its end by memory would be this process' own.
  made.on('error', () => {});
  made.on('exit', () => (thread = thread === made ? undefined : thread));
  return made;
}

if (!isMainThread && workerData === purpose) {
  const renderer = import('./markdown.ts');
  parentPort?.on('message', async (text: string) => {
    const { renderMarkdown } = await renderer;
    parentPort?.postMessage('begun');
    parentPort?.postMessage(
      await renderMarkdown(text, { highlightMs }).catch(() => ({ html: asWritten(text), complete: false })),
    );
  });
}
