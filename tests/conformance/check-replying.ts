import { expect } from 'vitest';
import type { ResponseSpec } from './receiver.ts';
import { accepted, asHeaders, type Check, type Tools } from './tools.ts';

const replyType = (t: Tools) => `${t.type}.reply`;

/** An answer that holds an event of the check's reply type. */
function binaryReply(t: Tools, status = 200, more: Record<string, string> = {}): ResponseSpec {
  return {
    status,
    headers: { ...asHeaders(t.event({ type: replyType(t), ...more })), 'content-type': 'application/json' },
    body: '{"reply":1}',
  };
}
function structuredReply(t: Tools): ResponseSpec {
  const body = JSON.stringify({ ...t.event({ type: replyType(t) }), data: { reply: 1 } });
  return { status: 200, headers: { 'content-type': 'application/cloudevents+json' }, body };
}
const repliesTo = (t: Tools) => t.consumer({ spec: { filters: [{ exact: { type: replyType(t) } }] } });

const taken: Check = async (t) => {
  const replies = await repliesTo(t);
  for (const reply of [binaryReply(t), structuredReply(t)]) await t.consumer({ respond: () => reply });
  accepted(await t.send());
  for (const { body } of await t.arrived(replies, 2)) expect(JSON.parse(body.toString())).toEqual({ reply: 1 });
};
const dropped = (response: (t: Tools) => ResponseSpec): Check => {
  return async (t) => {
    const replies = await repliesTo(t);
    const consumer = await t.consumer({ respond: () => response(t) });
    accepted(await t.send());
    await t.arrived(consumer);
    await t.target.quiet();
    expect([consumer.calls.length, replies.calls.length]).toEqual([1, 0]);
  };
};
const prefers: Check = async (t) => {
  const consumer = await t.consumer({
    spec: { delivery: { retry: 1, backoffDelay: 'PT0.1S', backoffPolicy: 'linear' } },
    respond: () => 503,
  });
  accepted(await t.send());
  for (const { headers } of await t.arrived(consumer, 2))
    expect(String(headers.prefer).split(/,\s*/)).toContain('reply');
};
const sinkReply: Check = async (t) => {
  const replies = await repliesTo(t);
  const sink = await t.consumer({ spec: { filters: [{ exact: { type: 'none' } }] }, respond: () => binaryReply(t) });
  await t.consumer({ spec: { delivery: { retry: 0, deadLetterSink: { uri: sink.url } } }, respond: () => 400 });
  accepted(await t.send());
  await t.arrived(sink);
  await t.target.quiet();
  expect([sink.calls.length, replies.calls.length]).toEqual([1, 0]);
};

/** Events that consumers answer with. */
export const replying: Readonly<Record<string, Check>> = {
  'dp.reply-modes': taken,
  'cp.reply-added': taken,
  'dp.prefer': prefers,
  'dp.prefer-processed': async (t) => {
    await prefers(t);
    await sinkReply(t);
  },
  'dp.unasked-reply': sinkReply,
  'dp.no-reply-202': dropped((t) => binaryReply(t, 202)),
  'dp.empty-200': dropped(() => 200),
  'cp.reply-enqueued': async (t) => {
    const internals = t.target.internals;
    let up = false;
    const replies = await t.consumer({
      spec: {
        filters: [{ exact: { type: replyType(t) } }],
        delivery: { retry: 5, backoffPolicy: 'exponential', backoffDelay: 'PT1S' },
      },
      respond: () => (up ? 202 : 503),
    });
    await t.consumer({ respond: () => binaryReply(t) });
    accepted(await t.send());
    await t.arrived(replies);
    await internals?.crash();
    up = true;
    const before = replies.calls.length;
    await t.until(() => replies.calls.length > before, 'the reply after the crash');
  },
  'cp.reply-all-triggers': async (t) => {
    const both = { filters: [{ any: [{ exact: { type: t.type } }, { exact: { type: replyType(t) } }] }] };
    const causing = await t.consumer({
      spec: both,
      respond: ({ headers }) => (headers['ce-type'] === t.type ? binaryReply(t) : 202),
    });
    const other = await t.consumer({ spec: both });
    accepted(await t.send());
    for (const consumer of [causing, other])
      expect((await t.arrived(consumer, 2)).map(({ headers }) => headers['ce-type']).sort()).toEqual(
        [t.type, replyType(t)].sort(),
      );
  },
  'cp.reply-unstored': async (t) => {
    const internals = t.internals();
    const replies = await repliesTo(t);
    const consumer = await t.consumer({
      spec: { delivery: { retry: 5, backoffPolicy: 'exponential', backoffDelay: 'PT1S' } },
      respond: () => binaryReply(t),
    });
    accepted(await t.send());
    await t.arrived(replies);
    let held: (response: ResponseSpec) => void = () => {};
    consumer.respond = () => new Promise((resolve) => (held = resolve));
    accepted(await t.send());
    await t.arrived(consumer, 2);
    await internals.withFullDisk(async () => {
      held(binaryReply(t));
      consumer.respond = () => binaryReply(t);
      for (let i = 0; i < 20; i++) await t.target.pass();
      expect(replies.calls).toHaveLength(1);
    });
    await t.arrived(consumer, 3);
    await t.arrived(replies, 2);
  },
  'kn.reply-invalid': async (t) => {
    const delivery = { retry: 1, backoffPolicy: 'exponential', backoffDelay: 'PT0.1S' };
    const bad: ResponseSpec[] = [
      { status: 200, headers: { 'ce-specversion': '1.0' }, body: '{}' },
      { status: 200, headers: { 'content-type': 'application/cloudevents+json' }, body: '{' },
    ];
    for (const response of bad) {
      const consumer = await t.consumer({ spec: { delivery }, respond: () => response });
      accepted(await t.send());
      await t.arrived(consumer, 2);
    }
  },
  'kn.reply-none': async (t) => {
    const delivery = { retry: 1, backoffPolicy: 'exponential', backoffDelay: 'PT0.1S' };
    for (const status of [200, 202]) {
      const respond = () => ({ status, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' });
      const consumer = await t.consumer({ spec: { delivery }, respond });
      accepted(await t.send());
      await t.arrived(consumer, 2);
    }
  },
  'kn.ttl': async (t) => {
    const echo = await t.consumer({ respond: () => binaryReply(t, 200, { type: t.type }) });
    accepted(await t.send({ knativebrokerttl: '3' }));
    await t.arrived(echo, 2);
    await t.target.quiet();
    expect(echo.calls.length).toBeLessThanOrEqual(4);
    expect(echo.calls.filter(({ headers }) => 'ce-knativebrokerttl' in headers)).toEqual([]);
    expect((await t.send({ knativebrokerttl: '0' })).status).toBe(400);
  },
};
