import { expect, test } from 'vitest';
import { compose, hostOf } from './compose.ts';
import type { Requested } from './requested.ts';

const id = '01a22e5c-9b4d-7a52-8a11-5c4f6b1d9e07';
const sender = { from: 'Sleeping late <no-reply@blog.example>', site: 'https://blog.example' };
const asked: Requested = {
  kind: 'password-reset',
  email: 'ada@example.org',
  accounts: ['ada', 'countess'],
  blog: 'Sleeping late',
  language: 'en',
  requestedAt: new Date(),
};

test('a mail has a link for each account, in its text and as HTML', () => {
  const mail = compose(id, asked, ['one', 'two', 'three'], sender)!;
  expect(mail).toMatchObject({
    messageId: `${id}@blog.example`,
    from: sender.from,
    to: 'ada@example.org',
    subject: 'Sleeping late: choose a new password',
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  for (const link of ['?token=one', '?token=two'].map(
    (query) => `https://blog.example/blog/password-reset/new${query}`,
  )) {
    expect(mail.text).toContain(`\n${link}\n`);
    expect(mail.html).toContain(`href="${link}"`);
  }
  expect(mail.text + mail.html).not.toContain('three');
});

test('is in Korean where the blog is, else in English', () => {
  const subject = (language: string) => compose(id, { ...asked, language }, ['one'], sender)?.subject;
  expect([subject('ko'), subject('ko-KR'), subject('kok'), subject('fr')]).toEqual([
    'Sleeping late: 새 비밀번호 정하기',
    'Sleeping late: 새 비밀번호 정하기',
    'Sleeping late: choose a new password',
    'Sleeping late: choose a new password',
  ]);
});

test('no name of a blog begins a header, ends a tag or turns the direction', () => {
  const blog = 'A\r\nBcc: everybody@example.org\u202e<script>alert(1)</script>\u2028"x';
  const mail = compose(id, { ...asked, blog }, ['one', 'two'], sender)!;
  expect(mail.subject).toBe('A Bcc: everybody@example.org <script>alert(1)</script> "x: choose a new password');
  expect(mail.html).not.toContain('<script>');
});

test('nobody composes a mail whose kind is not known', () => {
  expect(compose(id, { ...asked, kind: 'birthday' }, ['one'], sender)).toBeUndefined();
});

test('the domain of the Message-ID is the sender’s', () => {
  expect(['a@b.example', 'A <a@b.example>', 'nonsense'].map(hostOf)).toEqual(['b.example', 'b.example', 'localhost']);
});
