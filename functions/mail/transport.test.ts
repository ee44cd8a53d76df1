import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { compose } from './compose.ts';
import { type MailServer, mailServer, reply } from './mail-server.fixture.ts';
import { noTransport, smtpTransport } from './transport.ts';

const id = '01a22e5c-9b4d-7a52-8a11-5c4f6b1d9e07';
const requested = {
  kind: 'password-reset',
  email: 'ada@example.org',
  accounts: ['ada'],
  blog: '겨울잠쥐',
  language: 'ko',
  requestedAt: new Date(),
};
const mail = compose(id, requested, ['one'], {
  from: 'Dormouse <no-reply@blog.example>',
  site: 'https://blog.example',
})!;

let server: MailServer | undefined;
afterEach(() => server?.close());

test('a mail arrives as it was written, under an id that stays', async () => {
  server = await mailServer();
  const send = smtpTransport(server.url);
  expect([await send(mail), await send(mail)]).toEqual([{ kind: 'sent' }, { kind: 'sent' }]);
  const [first, second] = server.received;
  expect(first).toMatchObject({
    messageId: `<${id}@blog.example>`,
    subject: '겨울잠쥐: 새 비밀번호 정하기',
    text: mail.text,
    html: mail.html,
    to: { value: [{ address: 'ada@example.org' }] },
    from: { value: [{ address: 'no-reply@blog.example', name: 'Dormouse' }] },
    date: expect.any(Date),
  });
  expect(first!.headers.get('auto-submitted')).toBe('auto-generated');
  expect(second!.messageId).toBe(first!.messageId);
});

test('no address and no subject brings a header of its own', async () => {
  server = await mailServer();
  const send = smtpTransport(server.url);
  await send({ ...mail, subject: 'a\r\nBcc: eve@example.org\r\n\r\nbody', headers: { 'X-One': 'b\r\nX-Two: c' } });
  expect([...server.received[0]!.headers.keys()].filter((name) => ['bcc', 'x-two'].includes(name))).toEqual([]);
  for (const to of ['ada@example.org, eve@example.org', 'ada@example.org\r\nRCPT TO:<eve@example.org>']) {
    const outcome = await send({ ...mail, to });
    const reached = server.received.slice(1).flatMap((each) => [each.to].flat().flatMap((list) => list?.value ?? []));
    expect([outcome.kind, reached.some(({ address }) => address === 'eve@example.org')]).not.toEqual(['sent', true]);
  }
});

test('what is refused for good is told from what may be taken later, by a code that names nobody', async () => {
  server = await mailServer({
    refuse: (address) =>
      address.startsWith('ada')
        ? reply(550, '5.1.1 <ada@example.org>: no such user')
        : reply(451, '4.7.1 come again, bob@example.org'),
  });
  const send = smtpTransport(server.url);
  expect(await send(mail)).toEqual({ kind: 'refused', reason: '550 5.1.1' });
  expect(await send({ ...mail, to: 'bob@example.org' })).toEqual({ kind: 'failed', reason: '451 4.7.1' });
});

test('a mail server that is not there, or wants another password, may be well later', async () => {
  const gone = await mailServer();
  await gone.close();
  expect(await smtpTransport(gone.url)(mail)).toMatchObject({ kind: 'failed', reason: 'ESOCKET' });
  server = await mailServer({ refusesLogIns: true });
  expect(await smtpTransport(server.url.replace('//', '//user:wrong@'))(mail)).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(/^535|EAUTH/),
  });
});

test('one that says nothing is left after the deadline', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((done) => silent.once('listening', done));
  const { port } = silent.address() as { port: number };
  const outcome = await smtpTransport(`smtp://127.0.0.1:${port}`, { deadlineMs: 50 })(mail);
  expect(outcome).toMatchObject({ kind: 'failed' });
  silent.close();
});

test('without one nothing is sent', async () => {
  expect(await noTransport(mail)).toEqual({ kind: 'refused', reason: 'no-mail-server' });
});
