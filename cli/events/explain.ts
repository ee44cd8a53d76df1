import type { ListedTrigger } from '@dormouse/eventing/trigger-list';
import type { TriggerVerdict } from '@dormouse/eventing/verdicts';
import { CommandError } from '../command-error.ts';
import { block, harmless, localTime, pairs, type Terminal, table } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import type { Console } from './connections.ts';
import type { Options } from './options.ts';

interface Explained {
  id: string;
  type: string;
  source: string;
  subject?: string | null;
  trace_id?: string | null;
  verdicts: TriggerVerdict[];
}

/** With an id: what each trigger decided about an event, and why. With a trigger alone: which events it can get. */
export async function explain(
  console_: Console,
  id: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const { trigger, source } = options.filter;
  if (id !== undefined) return explainEvent(console_, { id, source }, trigger, options.json, terminal);
  if (trigger === undefined)
    throw new UsageError('which event, or which trigger? (explain ID, or explain --trigger T)');
  return explainTrigger(console_, trigger, options.json, terminal);
}

async function explainEvent(
  console_: Console,
  { id, source }: { id: string; source: string | undefined },
  trigger: string | undefined,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  const event = await console_.get<Explained>(
    `/api/events/${encodeURIComponent(id)}${source === undefined ? '' : `?source=${encodeURIComponent(source)}`}`,
  );
  const verdicts = event.verdicts.filter((each) => trigger === undefined || each.trigger === trigger);
  if (trigger !== undefined && verdicts.length === 0) throw new CommandError(`there is no trigger ${trigger}`);
  if (json) return terminal.print(JSON.stringify(verdicts, null, 2));
  const { print } = terminal;
  for (const line of pairs(
    [
      ['event', event.id],
      ['type', event.type],
      ['source', event.source],
      ['subject', event.subject],
      ['trace', event.trace_id],
    ],
    terminal,
  ))
    print(line);
  for (const verdict of verdicts) for (const line of verdictLines(verdict, terminal)) print(line);
}

function verdictLines(
  { trigger, matches, clause, outcome, attempts, note }: TriggerVerdict,
  terminal: Terminal,
): string[] {
  const said = matches
    ? terminal.paint('green', `wants it${outcome ? `: ${outcome}` : ''}`)
    : terminal.paint('yellow', 'does not want it');
  const rows = attempts.map(({ at, status, latency_ms, error, next_attempt_at, dead_letter_sink, reply }) => [
    localTime(at),
    dead_letter_sink ? 'dead-letter sink' : reply ? 'reply' : 'subscriber',
    status,
    latency_ms === undefined ? undefined : `${Math.round(latency_ms)} ms`,
    next_attempt_at === undefined ? undefined : localTime(next_attempt_at),
    error,
  ]);
  return [
    '',
    `${terminal.paint('bold', harmless(trigger))}  ${said}`,
    `  ${harmless(clause)}`,
    ...(note ? [`  ${terminal.paint('dim', harmless(note))}`] : []),
    ...(rows.length > 0
      ? table(['ATTEMPT', 'AT', 'STATUS', 'TOOK', 'NEXT', 'ERROR'], rows, terminal).map((line) => `  ${line}`)
      : []),
  ];
}

async function explainTrigger(console_: Console, name: string, json: boolean, terminal: Terminal): Promise<void> {
  const all = await console_.get<ListedTrigger[]>('/api/triggers');
  const trigger = all.find((each) => each.name === name);
  if (!trigger)
    throw new CommandError(
      `there is no trigger ${name}; there are ${all.map((each) => each.name).join(', ') || 'none'}`,
    );
  if (json) return terminal.print(JSON.stringify(trigger, null, 2));
  const about = [
    ['trigger', `${trigger.namespace}/${trigger.name}`],
    ['broker', trigger.broker],
    ['subscriber', trigger.subscriber],
    ...(trigger.reply === undefined ? [] : [['reply', trigger.reply] as const]),
  ] as const;
  const title =
    trigger.types.length > 0
      ? 'event types of the catalogue that it can get'
      : 'no event type of the catalogue can reach it';
  const filters = trigger.filters.length > 0 ? block(trigger.filters) : ['  none: it gets every event'];
  const lines = [
    ...pairs(about, terminal),
    '',
    terminal.paint('bold', 'filters'),
    ...filters,
    '',
    terminal.paint('bold', title),
  ];
  for (const line of [...lines, ...trigger.types.map((type) => `  ${harmless(type)}`)]) terminal.print(line);
}
