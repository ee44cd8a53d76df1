import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';

/** The only line of a file. @throws UsageError when the file cannot be read or is empty */
export function secretOf(option: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--${option} ${file}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}`);
  }
  // `age-keygen` writes comments above the key.
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length !== 1) throw new UsageError(`--${option} ${file}: must hold one line`);
  return lines[0]!;
}
