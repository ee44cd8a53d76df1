import { postPublished } from '@dormouse/events/post';
import { userRegistered } from '@dormouse/events/user';
import { newApp } from '@dormouse/runtime/app';
import type { Outbox } from '@dormouse/runtime/outbox';
import { on, RejectEvent, RetryEvent, receive } from '@dormouse/runtime/receive';
import { authorDebuted } from './contract.ts';

/** Knows how often each author has published. */
export function createApp({ outbox }: { outbox: Outbox }) {
  return newApp().post('/events', receive({ outbox, handlers: [registered, published] }));
}

const registered = on(userRegistered, async ({ data }, tx) => {
  await tx`INSERT INTO authors (name) VALUES (${data.username})`;
});

const published = on(postPublished, async ({ subject, data }, tx, emit) => {
  if (subject !== `post/${data.id}`) throw new RejectEvent(`it tells of post ${data.id} and is called ${subject}`);
  const [author] =
    await tx`UPDATE authors SET published = published + 1 WHERE name = ${data.author} RETURNING published`;
  if (!author) throw new RetryEvent(`${data.author} is not known yet`);
  if (author.published === 1) emit(authorDebuted, `author/${data.author}`, { name: data.author });
});
