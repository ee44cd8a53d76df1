import type { Screen } from './progress.ts';

/** What a command says and asks; the real ones are the process's. */
export interface Terminal {
  print(line: string): void;
  /** For progress; not part of the output. */
  screen: Screen;
  /** Undefined where nobody can be asked. */
  ask?: ((question: string) => Promise<boolean>) | undefined;
  /** A line that somebody types; nothing of a hidden one is shown. Undefined where nobody can be asked. */
  question?: ((question: string, options?: { hidden?: boolean }) => Promise<string>) | undefined;
  /** Whether the output goes to somebody's screen, not to a file or a program. */
  isShown: boolean;
  /** All of standard input. */
  input(): Promise<string>;
  /** Colours a text where the output shows colours. */
  paint(style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string): string;
  /** Ctrl-C. */
  signal: AbortSignal;
}

/** Text of somebody else's on one line, without what a terminal would obey. */
export const harmless = (value: unknown): string =>
  String(value ?? '–')
    .replace(/\s+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�');

/** Text of somebody else's on its own lines, without what a terminal would obey. */
export const harmlessText = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (control) => (control === '\r' ? '' : '�'));

/** Rows below their heads, columns as wide as they need; the last one as it is. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly unknown[])[],
  { paint }: Pick<Terminal, 'paint'>,
): string[] {
  const cells = rows.map((row) => row.map(harmless));
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  ');
  return [paint('dim', line(heads)), ...cells.map(line)];
}

/** `name   value`, one a line. */
export function pairs(values: readonly (readonly [string, unknown])[], { paint }: Pick<Terminal, 'paint'>): string[] {
  const width = Math.max(...values.map(([name]) => name.length));
  return values.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${harmless(value)}`);
}

/** JSON on several lines, which escapes what a terminal would obey; other text with that taken out. */
export function block(data: unknown): string[] {
  const text = typeof data === 'string' ? data : JSON.stringify(data, null, 2);
  return (text ?? '–').split('\n').map((line) => `  ${line.match(/^ */)![0]}${harmless(line.trimStart())}`);
}

/** A local time to the second. */
export const localTime = (time: string | null | undefined): string => {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime())
    ? '–'
    : new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ');
};
