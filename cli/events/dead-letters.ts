import type { api } from '@dormouse/journal/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { block, localTime, pairs, type Terminal, table } from '../terminal.ts';
import type { Journal } from './connections.ts';
import type { Options } from './options.ts';
import { nextOf, succeeded } from './service.ts';

type DeadLetter = ResponseOf<typeof api.deadLetter, 200>;

const maxPageSize = 100;

/** `dead-letters`: the list, newest first. */
export async function listDeadLetters(
  journal: Journal,
  { filter, state, limit, json }: Options,
  terminal: Terminal,
): Promise<void> {
  const found: ResponseOf<typeof api.deadLetters, 200> = [];
  let next: string | undefined;
  do {
    const query = { state, ...filter, limit: Math.min(maxPageSize, limit - found.length), after: next };
    const page = succeeded(await journal('GET /api/journal/dead-letters', { query }));
    found.push(...page.body);
    next = nextOf(page);
  } while (next && found.length < limit);
  if (json) return terminal.print(JSON.stringify(found, null, 2));
  if (found.length === 0) return terminal.print('no dead letter fits');
  const rows = found.map(({ number, failed_at, event, trigger, state: is, cause }) => [
    number,
    localTime(failed_at),
    event.type,
    event.subject,
    trigger,
    is,
    cause,
  ]);
  for (const line of table(['NUMBER', 'FAILED', 'TYPE', 'SUBJECT', 'TRIGGER', 'STATE', 'CAUSE'], rows, terminal))
    terminal.print(line);
  if (next) terminal.print(terminal.paint('dim', `the newest ${found.length}; --limit shows more`));
}

/** `dead-letter NUMBER`: everything about one. */
export async function showDeadLetter(
  journal: Journal,
  number: number,
  { json }: Options,
  terminal: Terminal,
): Promise<void> {
  const { body } = succeeded(await journal('GET /api/journal/dead-letters/:number', { params: { number } }));
  if (json) return terminal.print(JSON.stringify(body, null, 2));
  for (const line of detail(body, terminal)) terminal.print(line);
}

/** `dismiss NUMBER…`: one after the other, up to the first that cannot be. */
export async function dismissDeadLetters(
  journal: Journal,
  numbers: readonly number[],
  reason: string,
  { json }: Options,
  terminal: Terminal,
): Promise<void> {
  const dismissed: DeadLetter[] = [];
  for (const number of numbers) {
    const call = journal('POST /api/journal/dead-letters/:number/dismissal', { params: { number }, body: { reason } });
    const { body } = succeeded(await call);
    dismissed.push(body);
    if (!json)
      terminal.print(`dismissed ${number}: ${body.event.type}${body.event.subject ? ` of ${body.event.subject}` : ''}`);
  }
  if (json) terminal.print(JSON.stringify(dismissed, null, 2));
}

function detail(deadLetter: DeadLetter, terminal: Terminal): string[] {
  const section = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? ['', terminal.paint('bold', title), ...lines] : [];
  const {
    number,
    trigger,
    destination,
    state,
    status,
    cause,
    failed_at,
    trace_id,
    attributes,
    headers,
    body,
    attempts,
    dismissal,
  } = deadLetter;
  const named = (values: Readonly<Record<string, string>>) =>
    pairs(Object.entries(values), terminal).map((line) => `  ${line}`);
  const rows = attempts.map((each) => [localTime(each.at), each.outcome, each.status, each.error, each.trace_id]);
  return [
    ...pairs(
      [
        ['number', number],
        ['cause', cause],
        ['state', state],
        ...(dismissal
          ? [
              ['dismissed', `${localTime(dismissal.at)} by ${dismissal.by}`] as const,
              ['because', dismissal.reason] as const,
            ]
          : []),
        ['trigger', trigger],
        ['sent to', destination],
        ['answer', status ?? 'none'],
        ['given up', localTime(failed_at)],
        ['trace', trace_id],
      ],
      terminal,
    ),
    ...section('answered', body ? block(parsed(body)) : []),
    ...section(
      'attempts',
      rows.length > 0
        ? table(['WHEN', 'OUTCOME', 'STATUS', 'ERROR', 'TRACE'], rows, terminal).map((line) => `  ${line}`)
        : [],
    ),
    ...section(
      'data',
      deadLetter.data_base64
        ? block(`base64: ${deadLetter.data_base64}`)
        : deadLetter.data == null
          ? []
          : block(deadLetter.data),
    ),
    ...section('attributes', named(attributes)),
    ...section('headers', Object.keys(headers).length > 0 ? named(headers) : []),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
