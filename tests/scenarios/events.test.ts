import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Author, Post } from '../blog.ts';
import { describeOn, everyTarget, targetsWith } from '../describe-on.ts';
import { signed } from '../event-keys.ts';
import type { Subscription, Target } from '../target.ts';
import { unique } from '../unique.ts';

const datacontenttype = 'application/json';
const created = 'dev.dormouse.post.created.v1';

interface Category {
  id: number;
  name: string;
  post_count: number;
}

const categoryOf = async ({ blog }: Target, name: string) => {
  const { body } = await blog.call<Category[]>('GET', '/blog/api/categories');
  return body.find((category) => category.name === name);
};

/** Waits for a category's count; it must not have been more on the way. */
const counted = async (target: Target, name: string, count: number) => {
  const seen = await target.eventually(
    async () => (await categoryOf(target, name))?.post_count ?? 0,
    (now) => now >= count,
  );
  expect(seen).toBe(count);
};

describeOn(everyTarget, 'events', (target) => {
  let author: Author;
  beforeAll(async () => {
    author = await target().blog.register();
  });

  it('bring a post to the count of its category, exactly once', async () => {
    const name = unique('Rivers');
    for (const count of [1, 2]) {
      await author.write({ title: `Post ${count}`, category_name: name });
      await counted(target(), name, count);
    }
  });

  it('tell of posts whose category was merged into another, signed by posts', async () => {
    const [from, into] = [unique('Fens'), unique('Marshes')];
    const { id, category } = await author.write({ title: 'Moved', category_name: from });
    await author.write({ title: 'There', category_name: into });
    await counted(target(), from, 1);
    await counted(target(), into, 1);
    const { id: intoId } = (await categoryOf(target(), into))!;
    const merged = await target().administrator('POST', `/blog/api/categories/${category.id}/merge`, {
      body: { into: intoId },
    });
    expect(merged.status).toBe(200);
    const [told] = await target().eventually(
      () => target().journal.events({ type: 'dev.dormouse.post.updated.v1', subject: `post/${id}` }),
      (found) => found.length > 0,
    );
    expect(told).toMatchObject({ signed_by: '/posts' });
    await counted(target(), into, 2);
  });

  it('change nothing, and are not archived, when their producer has not signed them', async () => {
    const name = unique('Bogs');
    const { id } = await author.write({ title: 'First', category_name: name });
    await counted(target(), name, 1);
    const [known] = await target().eventually(
      () => target().journal.events({ type: created, subject: `post/${id}` }),
      (found) => found.length > 0,
    );
    expect(known).toMatchObject({ signed_by: '/posts' });
    const { attributes, data } = await target().journal.event(known!.position);
    const { dssematerial, ...unsigned } = attributes;
    const subject = `post/${2 ** 31 - 1 - id}`;
    const forged = { ...unsigned, type: created, subject, data: { ...(data as object), id: 2 ** 31 - 1 - id } };
    await target().send({ ...forged, id: unique('unsigned') });
    await target().send({ ...forged, id: unique('signed-for-another'), dssematerial });
    await target().send({ ...forged, id: unique('of-another'), source: '/elsewhere', dssematerial });
    await author.write({ title: 'Second', category_name: name });
    await counted(target(), name, 2);
    await author.write({ title: 'Third', category_name: name });
    await counted(target(), name, 3);
    expect(await target().journal.events({ subject })).toEqual([]);
  });

  it('change nothing when they come again', async () => {
    const name = unique('Lakes');
    const { id } = await author.write({ title: 'First', category_name: name });
    await counted(target(), name, 1);
    const [known] = await target().eventually(
      () => target().journal.events({ type: created, subject: `post/${id}` }),
      (found) => found.length > 0,
    );
    const { attributes, data } = await target().journal.event(known!.position);
    const event = { ...attributes, type: created, data };
    for (let n = 0; n < 3; n++) await target().send(event);
    for (const count of [2, 3]) {
      await author.write({ title: `Another ${count}`, category_name: name });
      await counted(target(), name, count);
    }
    expect(await target().journal.events({ type: created, subject: `post/${id}` })).toHaveLength(1);
  });

  it('bring a category’s new name to the posts in it', async () => {
    const [before, after] = [unique('Ponds'), unique('Pools')];
    const post = await author.write({ title: unique('Renamed'), category_name: before });
    const shown = async () => [
      (await target().blog.call<Post>('GET', `/blog/api/posts/${post.id}`)).body.category.name,
      (await target().blog.call<string>('GET', `/blog/posts/${post.slug}`)).body.includes(after),
    ];
    expect(await shown()).toEqual([before, false]);
    expect(
      (await target().administrator('PATCH', `/blog/api/categories/${post.category.id}`, { body: { name: after } }))
        .status,
    ).toBe(200);
    expect(await target().eventually(shown, ([name, onPage]) => name === after && onPage === true)).toEqual([
      after,
      true,
    ]);
  });

  it('take a category away with its last post', async () => {
    const name = unique('Puddles');
    const { id } = await author.write({ title: 'Only', category_name: name });
    await counted(target(), name, 1);
    expect((await author.call('DELETE', `/blog/api/posts/${id}`)).status).toBe(204);
    await target().eventually(
      () => categoryOf(target(), name),
      (category) => category === undefined,
    );
  });
});

describeOn(everyTarget, 'an event that a consumer refuses for good', (target) => {
  const subject = unique('post/nine').replace(' ', '-');
  const traceId = randomBytes(16).toString('hex');
  // Search refuses it, too.
  const deadLetters = () => target().journal.deadLetters({ subject, trigger: 'categories-post-events' });

  it('is a dead letter, with who refused it, why, and its trace', async () => {
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    const time = new Date().toISOString();
    const bad = {
      id: unique('bad'),
      type: created,
      source: '/posts',
      subject,
      time,
      data: { id: 'nine' },
      traceparent,
    };
    const id = await target().send(signed(bad, await target().signingKeys('posts')), { traceparent });
    const stored = await target().eventually(deadLetters, (found) => found.length > 0);
    expect(stored).toMatchObject([
      {
        event: { id, type: created },
        trigger: 'categories-post-events',
        status: 422,
        trace_id: traceId,
        state: 'open',
      },
    ]);
    expect(stored[0]!.cause).toContain(`data does not fit ${created}`);
  });

  it('is refused again when it is redriven, and stays', async () => {
    const [deadLetter] = await deadLetters();
    expect(await target().journal.redrive(deadLetter!.number)).toMatchObject({
      state: 'done',
      total: 1,
      done: 0,
      failed: 1,
    });
    expect(await deadLetters()).toMatchObject([{ number: deadLetter!.number, redrives: 1 }]);
  });

  it('holds up no other', async () => {
    const name = unique('Seas');
    const author = await target().blog.register();
    await author.write({ title: 'After it', category_name: name });
    await counted(target(), name, 1);
  });
});

describeOn(targetsWith('subscribe'), 'a subscriber that was broken', (target) => {
  const run = randomBytes(5).toString('hex');
  const type = `dev.dormouse.scenario.${run}.v1`;
  const trigger = `scenario-${run}`;
  let subscription: Subscription;
  afterAll(() => subscription?.remove());

  const storedDeadLetters = () => target().journal.deadLetters({ type, limit: '100' });

  it('is asked again, and then there is a dead letter', async () => {
    subscription = await target().subscribe({ name: trigger, type, service: 'journal', path: '/evnets' });
    // A Trigger that was made just now may miss what comes in its first moments.
    const found = await target().eventually(
      async () => {
        await target().send({ type, source: '/scenario', datacontenttype, data: { n: 1 } });
        return storedDeadLetters();
      },
      (all) => all.length > 0,
    );
    for (const deadLetter of found)
      expect(deadLetter).toMatchObject({ event: { type }, trigger, status: 404, state: 'open' });
  });

  it('gets it once it was mended and the letter redriven', async () => {
    await subscription.move('/events');
    await target().eventually(
      async () => {
        const open = await storedDeadLetters();
        if (open.length > 0)
          expect(await target().journal.redrive(...open.map(({ number }) => number))).toMatchObject({
            state: 'done',
            done: open.length,
            failed: 0,
          });
        return open;
      },
      (open) => open.length === 0,
    );
    const [redriven] = await target().journal.deadLetters({ type, state: 'redriven' });
    expect(redriven).toMatchObject({ trigger, redrives: 1 });
  });
});

describeOn(targetsWith('subscribe'), 'functions that cannot be reached', (target) => {
  const type = 'dev.dormouse.post.deleted.v1';

  it.each(['search', 'comments', 'webhooks'])('%s gets what it missed once the letter is redriven', async (service) => {
    const trigger = `missed-${service}-${randomBytes(5).toString('hex')}`;
    const subscription = await target().subscribe({ name: trigger, type, service, path: '/evnets' });
    try {
      const author = await target().blog.register();
      const lost = await target().eventually(
        async () => {
          const { id } = await author.write({ title: unique('Missed') });
          await author.call('DELETE', `/blog/api/posts/${id}`);
          return target().journal.deadLetters({ trigger });
        },
        (found) => found.length > 0,
      );
      for (const deadLetter of lost) expect(deadLetter).toMatchObject({ event: { type }, status: 404, state: 'open' });
      await subscription.move('/events');
      const open = () => target().journal.deadLetters({ trigger, state: 'open' });
      await target().eventually(
        async () => {
          const letters = await open();
          if (letters.length > 0) await target().journal.redrive(...letters.map(({ number }) => number));
          return open();
        },
        (left) => left.length === 0,
      );
      const redriven = await target().journal.deadLetters({ trigger, state: 'redriven' });
      expect(redriven.map(({ number }) => number)).toEqual(expect.arrayContaining(lost.map(({ number }) => number)));
    } finally {
      await subscription.remove();
    }
  });
});

describeOn(everyTarget, 'one trace', (target) => {
  const parent = () => [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')] as const;

  it('is named by every answer of a function', async () => {
    const { blog } = target();
    const author = await blog.register();
    const queries = [
      await blog.call('GET', '/blog/api/posts'),
      await blog.call('GET', '/blog/api/posts/2147483647'),
      await blog.call('POST', '/blog/api/posts', { body: {} }),
      await author.call('POST', '/blog/api/posts', { body: {} }),
      await blog.call('GET', '/blog/api/categories'),
      await blog.call('GET', '/.well-known/jwks.json'),
      await blog.call('GET', '/api/journal/events'),
      await blog.call('GET', '/'),
    ];
    expect(queries.map(({ status }) => status)).toEqual([200, 404, 401, 422, 200, 200, 401, 200]);
    const ids = queries.map(({ headers }) => headers.get('x-trace-id'));
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id ?? ''))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('goes from the client over the function to the events, and to the events of those who take them', async () => {
    const [traceId, spanId] = parent();
    const author = await target().blog.register();
    const { headers, body } = await author.call<Post>('POST', '/blog/api/posts', {
      body: { title: 'Traced', content: 'x', category_name: unique('Traces') },
      headers: { traceparent: `00-${traceId}-${spanId}-01` },
    });
    expect(headers.get('x-trace-id')).toBe(traceId);
    const events = await target().eventually(
      () => target().journal.events({ trace: traceId }),
      (found) => found.length >= 3,
    );
    // Other functions may take these events, and emit some of their own.
    expect(events.map(({ type, subject }) => [type, subject])).toEqual(
      expect.arrayContaining([
        ['dev.dormouse.category.created.v1', `category/${body.category.id}`],
        [created, `post/${body.id}`],
        ['dev.dormouse.post.published.v1', `post/${body.id}`],
      ]),
    );
  });
});
