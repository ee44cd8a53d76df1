const common = `
  --json           for programs: JSON, one value a line where there is no end
  --help

Where (nothing is needed beside a running "npm start"):
  --url URL        the platform's ingress   (default: http://127.0.0.1:PORT, PORT is 8080)
  --console URL    its console              (default: http://127.0.0.1:CONSOLE_PORT, CONSOLE_PORT is 8081)
  --broker URL     the Broker               (default: the one that the console names)
  --token TOKEN    an access token of an operator
                   (default: one is signed with the local platform's keys, DORMOUSE_HOME/secrets/auth-keys)`;

const narrow = `
  --trigger T      those of one trigger
  --type T         of one event type
  --source S, --subject S
  --trace ID       of one trace
  --from TIME, --to TIME   that failed between`;

const times = `
TIME is 2026-01-31T14:00:00Z, a local "2026-01-31 14:00", "now", or how long ago: 30m, 12h, 7d.`;

const texts = {
  'dead-letters': `Lists dead letters, newest first.

  npm run events -- dead-letters [options]
${narrow}
  --state STATE    open (default), redriven, or all
  --limit N        how many at most (default 50)
${common}
${times}`,
  'dead-letter': `Shows one dead letter: why, what was answered, the event, and every attempt.

  npm run events -- dead-letter NUMBER [options]
${common}`,
  redrive: `Sends dead letters to the subscriber that did not take them, once more, in their trace.

  npm run events -- redrive NUMBER… [options]
  npm run events -- redrive --all [options]
  npm run events -- redrive --trigger T [options]
${narrow}
  --all            everything that is open
  --dry-run        counts what would be sent
  --yes            does not ask
${common}
${times}
Exit code 1: something was refused again.`,
  replay: `Sends archived events of a time range to one trigger once more; other triggers see nothing of it.

  npm run events -- replay --trigger T --from TIME [--to TIME] [options]

  --to TIME        default: now
  --dry-run        counts what would be sent
${common}
${times}`,
  follow: `Shows how a redrive or a replay goes on, until it ends.

  npm run events -- follow redrives/ID
  npm run events -- follow replays/ID
${common}`,
  cancel: `Stops a redrive or a replay; what was sent stays sent.

  npm run events -- cancel redrives/ID
  npm run events -- cancel replays/ID
${common}`,
  tail: `Shows events as they come, with what each trigger made of them, until Ctrl-C.

  npm run events -- tail [options]

  --type T         one event type, or the beginning of several: dev.dormouse.post.*
${common}`,
  send: `Sends an event to the Broker; its data must fit the catalogue where the type is in it.

  npm run events -- send TYPE SUBJECT [options]

  --data DATA      JSON, @FILE with JSON in it, or - for standard input (default: none)
  --source S       default: the producer's as the catalogue says, else /operator
  --id ID          default: a new one
${common}`,
  explain: `Says why an event did or did not reach its triggers, or which events a trigger can get.

  npm run events -- explain ID [--source S] [--trigger T]
  npm run events -- explain --trigger T
${common}`,
} as const;

export type Command = keyof typeof texts;

export const isCommand = (word: string | undefined): word is Command =>
  word !== undefined && Object.hasOwn(texts, word);

/** What a command does and takes; without one, which commands there are. */
export function help(command?: Command): string {
  if (command) return texts[command];
  const width = Math.max(...Object.keys(texts).map(({ length }) => length));
  const lines = Object.entries(texts).map(([name, text]) => `  ${name.padEnd(width)}  ${text.split('\n')[0]}`);
  return [
    'Events that went wrong, events of yesterday, events right now.',
    '',
    '  npm run events -- COMMAND [options]',
    '',
    ...lines,
    '',
    '"COMMAND --help" tells more.',
  ].join('\n');
}
