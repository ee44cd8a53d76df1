import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Mail } from './compose.ts';
import { mailbox } from './mailbox.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-mailbox-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mail = (n: number): Mail => ({
  messageId: `../../${n}@localhost`,
  from: 'a@b.example',
  to: 'c@d.example',
  subject: `${n}`,
  text: 'text',
  html: '<p>',
  headers: {},
});

test('mails lie in files that only their owner reads, the last hundred of them', async () => {
  let now = 0;
  const place = join(folder, 'box');
  const send = mailbox(place, () => (now += 1000));
  for (let n = 0; n < 103; n++) expect(await send(mail(n))).toEqual({ kind: 'sent' });
  const files = readdirSync(place).sort();
  expect(files.length).toBe(100);
  const last = join(place, files.at(-1)!);
  expect(JSON.parse(readFileSync(last, 'utf8'))).toMatchObject({ subject: '102', to: 'c@d.example', text: 'text' });
  expect(statSync(last).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['box']);
});

test('a folder that cannot be written may be writable later', async () => {
  const send = mailbox('/dev/null/mailbox');
  expect(await send(mail(1))).toMatchObject({ kind: 'failed', reason: 'ENOTDIR' });
});
