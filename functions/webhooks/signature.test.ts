import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { newSecret, signedHeaders } from './signature.ts';

const body = JSON.stringify({ type: 'dev.dormouse.post.published.v1', data: { title: '기상 "wake"' } });
const message = { id: 'msg_1', sentAt: new Date(), body };

test('the receivers’ own library takes what we sign, and nothing that was changed', () => {
  const secret = newSecret();
  const headers = signedHeaders(message, [secret]);
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  for (const changed of [
    () => new Webhook(newSecret()).verify(body, headers),
    () => new Webhook(secret).verify(`${body} `, headers),
    () => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'msg_2' }),
    () =>
      new Webhook(secret).verify(body, {
        ...headers,
        'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1),
      }),
  ])
    expect(changed).toThrow();
});

test('an old message is refused by the time that is signed', () => {
  const secret = newSecret();
  const headers = signedHeaders({ ...message, sentAt: new Date(Date.now() - 3_600_000) }, [secret]);
  expect(() => new Webhook(secret).verify(body, headers)).toThrow(/too old/);
});

test('while a secret is replaced, receivers verify with either', () => {
  const [newer, older] = [newSecret(), newSecret()];
  const headers = signedHeaders(message, [newer, older]);
  for (const secret of [newer, older]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(signedHeaders(message, [newer])['webhook-signature']).toBe(
    new Webhook(newer).sign(message.id, message.sentAt, body),
  );
});

test('a secret has 32 bytes, and no two are the same', () => {
  const secrets = Array.from({ length: 50 }, newSecret);
  expect(new Set(secrets).size).toBe(50);
  for (const secret of secrets) expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
});
