import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test.each([
  [['a@b.example', 2, null], '"a@b.example","2",""\r\n'],
  [['say "x"@b.example'], '"say ""x""@b.example"\r\n'],
  [['=cmd|x@b.example'], `"'=cmd|x@b.example"\r\n`],
  [['+1@b.example', '-1', '@x', '\tx'], `"'+1@b.example","'-1","'@x","'\tx"\r\n`],
])('%j is written as %j', (cells, line) => expect(csvLine(cells)).toBe(line));
