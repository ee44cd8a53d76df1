import type { DeadLetter, DeadLetterDetail } from '@dormouse/console/operator-api';
import { block, localTime, pairs, type Terminal, table } from '../terminal.ts';
import type { Options } from './options.ts';
import type { Service } from './service.ts';

const maxPageSize = 100;

/** `dead-letters`: the list, newest first. */
export async function listDeadLetters(
  journal: Service,
  { filter, state, limit, json }: Options,
  terminal: Terminal,
): Promise<void> {
  const found: DeadLetter[] = [];
  let next: string | undefined;
  do {
    const query = new URLSearchParams({
      state,
      ...filter,
      limit: String(Math.min(maxPageSize, limit - found.length)),
      ...(next && { after: next }),
    });
    const page = await journal.get<DeadLetter[]>(`/dead-letters?${query}`);
    found.push(...page.body);
    next = page.next;
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
  journal: Service,
  number: number,
  { json }: Options,
  terminal: Terminal,
): Promise<void> {
  const { body: letter } = await journal.get<DeadLetterDetail>(`/dead-letters/${number}`);
  if (json) return terminal.print(JSON.stringify(letter, null, 2));
  for (const line of detail(letter, terminal)) terminal.print(line);
}

function detail(letter: DeadLetterDetail, terminal: Terminal): string[] {
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
  } = letter;
  const named = (values: Readonly<Record<string, string>>) =>
    pairs(Object.entries(values), terminal).map((line) => `  ${line}`);
  const rows = attempts.map((each) => [localTime(each.at), each.outcome, each.status, each.error, each.trace_id]);
  return [
    ...pairs(
      [
        ['number', number],
        ['cause', cause],
        ['state', state],
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
      letter.data_base64 ? block(`base64: ${letter.data_base64}`) : letter.data == null ? [] : block(letter.data),
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
