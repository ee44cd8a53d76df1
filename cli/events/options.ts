import { parseArgs } from 'node:util';
import { address } from '../address.ts';
import { Mistake } from '../usage-error.ts';
import { type Command, help, isCommand } from './help.ts';
import { moment } from './moment.ts';

/** Where things are; what is not given is found out (`addresses.ts`). */
export interface SourcePositions {
  readonly url: string;
  readonly console: string;
  readonly broker?: string | undefined;
  readonly token?: string | undefined;
}

/** A command line that makes sense. */
export interface Options extends SourcePositions {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly json: boolean;
  /** What dead letters are narrowed to; times are RFC 3339. */
  readonly filter: Readonly<Record<string, string>>;
  readonly state: string;
  readonly limit: number;
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly data?: string | undefined;
  readonly id?: string | undefined;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const places = {
  url: text,
  console: text,
  broker: text,
  token: text,
  json: flag,
  help: { ...flag, short: 'h' },
} as const;
const narrow = { trigger: text, type: text, source: text, subject: text, trace: text, from: text, to: text } as const;
const known = {
  ...places,
  ...narrow,
  state: text,
  limit: text,
  all: flag,
  'dry-run': flag,
  yes: { ...flag, short: 'y' },
  data: text,
  id: text,
} as const;

type Name = keyof typeof known;

/** Which options a command takes beside those of all, and how many operands. */
const takes: Readonly<Record<Command, { options: readonly Name[]; operands: readonly [least: number, most: number] }>> =
  {
    'dead-letters': { options: [...(Object.keys(narrow) as Name[]), 'state', 'limit'], operands: [0, 0] },
    'dead-letter': { options: [], operands: [1, 1] },
    redrive: { options: [...(Object.keys(narrow) as Name[]), 'all', 'dry-run', 'yes'], operands: [0, 10_000] },
    replay: { options: ['trigger', 'from', 'to', 'dry-run'], operands: [0, 0] },
    follow: { options: [], operands: [1, 1] },
    cancel: { options: [], operands: [1, 1] },
    tail: { options: ['type'], operands: [0, 0] },
    send: { options: ['data', 'source', 'id'], operands: [2, 2] },
    explain: { options: ['trigger', 'source'], operands: [0, 1] },
  };

/**
 * The command line; the text to print where help is asked for.
 * @throws Mistake for anything it does not understand
 */
export function options(
  args: readonly string[],
  ports: { port: string; consolePort: string },
  now = Date.now(),
): Options | { help: string } {
  const [command, ...rest] = args;
  if (command === undefined || command === '--help' || command === '-h') return { help: help() };
  if (!isCommand(command)) throw new Mistake(`there is no command "${command}" (--help lists them)`);
  const { values, positionals } = parsed(rest, command);
  if (values.help) return { help: help(command) };
  const [least, most] = takes[command].operands;
  if (positionals.length < least)
    throw new Mistake(`${command} needs more than that ("${command} --help" shows how to call it)`);
  if (positionals.length > most)
    throw new Mistake(
      `${command} does not know what "${positionals[most]}" is ("${command} --help" shows how to call it)`,
    );
  const times = (['from', 'to'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [[name, moment(`--${name}`, values[name], now)]],
  );
  const words = (['trigger', 'type', 'source', 'subject', 'trace'] as const).flatMap((name) =>
    values[name] ? [[name, values[name]]] : [],
  );
  return {
    command,
    operands: positionals,
    url: address('--url', values.url ?? `http://127.0.0.1:${ports.port}`),
    console: address('--console', values.console ?? `http://127.0.0.1:${ports.consolePort}`),
    broker: values.broker === undefined ? undefined : address('--broker', values.broker),
    token: values.token,
    json: values.json ?? false,
    filter: Object.fromEntries([...words, ...times]) as Record<string, string>,
    state: oneOf('--state', values.state ?? 'open', ['open', 'redriven', 'all']),
    limit: whole('--limit', values.limit ?? '50'),
    all: values.all ?? false,
    dryRun: values['dry-run'] ?? false,
    yes: values.yes ?? false,
    data: values.data,
    id: values.id,
  };
}

function parsed(args: readonly string[], command: Command) {
  try {
    const result = parseArgs({ args: [...args], allowPositionals: true, options: known, tokens: true });
    const allowed = new Set<string>([...Object.keys(places), ...takes[command].options]);
    for (const token of result.tokens)
      if (token.kind === 'option' && !allowed.has(token.name)) throw new Error(`${command} takes no --${token.name}`);
    return result;
  } catch (error) {
    throw new Mistake(
      `${(error as Error).message.split('. ')[0]?.split('\n')[0]} ("${command} --help" shows how to call it)`,
    );
  }
}

function oneOf(option: string, value: string, all: readonly string[]): string {
  if (!all.includes(value)) throw new Mistake(`${option} ${value}: must be ${all.join(', ')}`);
  return value;
}

function whole(option: string, value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new Mistake(`${option} ${value}: must be a whole number from 1`);
  return Number(value);
}
