import { CommandError } from '../command-error.ts';
import { harmless, localTime, type Terminal } from '../terminal.ts';
import type { Options } from './options.ts';

/** An event as the console's stream tells it, each time that something became of it. */
interface Shown {
  id: string;
  type: string;
  source: string;
  subject: string | null;
  time: string;
  trace_id: string | null;
  triggers: { name: string; outcome: string; attempts: number }[];
}

/** `tail`: events as they come, until Ctrl-C. Each is told when it is there, and again when something changed. */
export async function tail({ console: url, filter: { type }, json }: Options, terminal: Terminal): Promise<void> {
  const response = await fetch(`${url}/api/stream`, { signal: terminal.signal }).catch((error: Error) => {
    if (terminal.signal.aborted) return undefined;
    const why = (error.cause as Error | undefined)?.message ?? error.message;
    throw new CommandError(
      `the console does not answer at ${url} (${why}); is the platform running? "npm start" starts it, --console names one elsewhere`,
    );
  });
  if (!response) return;
  if (!response.body || !response.ok)
    throw new CommandError(`the console at ${url} has no stream of events: HTTP ${response.status}`);
  try {
    for await (const event of messages(response.body.pipeThrough(new TextDecoderStream()))) {
      const shown = JSON.parse(event) as Shown;
      if (fits(shown.type, type)) terminal.print(json ? JSON.stringify(shown) : line(shown, terminal));
    }
  } catch (error) {
    if (!terminal.signal.aborted)
      throw new CommandError(`the stream of the console was interrupted (${(error as Error).message})`);
  }
}

/** The data of the stream's `event` messages (HTML standard, server-sent events, as far as the console uses them). */
async function* messages(stream: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const part of stream) {
    const blocks = (rest + part).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, data] = /^event: event\ndata: (.*)$/.exec(block) ?? [];
      if (data) yield data;
    }
  }
}

const fits = (type: string, wanted: string | undefined) =>
  wanted === undefined || (wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted);

const colours: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  delivered: 'green',
  'dead-lettered': 'red',
  undeliverable: 'red',
};

function line({ id, type, subject, time, triggers }: Shown, { paint }: Terminal): string {
  const to = triggers.map(({ name, outcome, attempts }) =>
    paint(colours[outcome] ?? 'yellow', `${harmless(name)} ${outcome}${attempts > 1 ? ` ×${attempts}` : ''}`),
  );
  return [
    paint('dim', localTime(time)),
    paint('bold', harmless(type)),
    harmless(subject),
    to.length > 0 ? to.join(', ') : paint('dim', 'no trigger'),
    paint('dim', harmless(id)),
  ].join('  ');
}
