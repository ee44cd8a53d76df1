import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invariants, violations } from './invariants.ts';
import { Ledger, type PostState } from './ledger.ts';
import type { Fate } from './losses.ts';
import { nameOf, type Observed, type SeenEvent } from './observed.ts';

const state: PostState = {
  title: 'Post anna-1.',
  content: 'Edited by anna, 2.',
  category: 'Topic 1',
  status: 'published',
};

const event = (subject: string, version: number, kind: string): SeenEvent => ({
  source: subject.startsWith('post/') ? '/posts' : '/chaos',
  id: `${subject} ${version} ${kind}`,
  type: subject.startsWith('post/') ? `dev.dormouse.post.${kind}.v1` : 'dev.dormouse.chaos.counted.v1',
  subject,
  version,
  times: 1,
});

/** A post that was published and edited, one that was deleted, and a stream of five events, of which two were not acknowledged. */
function allIsWell(): { ledger: Ledger; observed: { -readonly [K in keyof Observed]: Observed[K] } } {
  const ledger = new Ledger();
  ledger.posts.push({ token: 'anna-1', id: 1, possible: [state] }, { token: 'anna-3', id: 2, possible: ['absent'] });
  ledger.streams.push({ subject: 'stream/0', acknowledged: 3, sent: 5 });
  const seen = [
    event('post/1', 1, 'created'),
    event('stream/0', 1, 'counted'),
    event('post/1', 1, 'published'),
    event('post/2', 1, 'created'),
    event('stream/0', 2, 'counted'),
    event('post/1', 2, 'updated'),
    event('post/2', 2, 'deleted'),
    event('stream/0', 3, 'counted'),
    event('stream/0', 4, 'counted'),
  ];
  const names = new Set(seen.map(nameOf));
  return {
    ledger,
    observed: {
      posts: [{ id: 1, version: 2, ...state }],
      seen,
      inboxes: new Map([
        ['recorder', names],
        ['categories', new Set(seen.filter(({ subject }) => subject.startsWith('post/')).map(nameOf))],
      ]),
      categories: [{ name: 'Topic 1', counted: 1, published: 1 }],
      held: [{ consumer: 'categories', subject: 'post/1', version: 2, newest: 2 }],
      ordered: true,
      shown: [{ path: '/blog/', expected: 'Post anna-1.', got: 'Post anna-1.' }],
      staleMs: 0,
      outboxes: [{ schema: 'posts', rows: 0 }],
      pending: [],
      undeliverable: [],
      processes: [],
      archived: new Set(names),
      deliveries: 12,
      losses: [],
    },
  };
}

type Mutation = (all: ReturnType<typeof allIsWell>) => void;

/** Each line: what is planted, whose business it is, and what is then said. */
const planted: [string, string, RegExp, Mutation][] = [
  [
    'a post that is gone',
    'Every acknowledged write is there',
    /anna-1 .* is absent/,
    ({ observed }) => void (observed.posts = []),
  ],
  [
    'an older text',
    'Every acknowledged write is there',
    /anna-1/,
    ({ observed }) => void (observed.posts = [{ ...observed.posts[0]!, content: 'Written by anna, 1.' }]),
  ],
  [
    'half of a write',
    'Every acknowledged write is there',
    /anna-1/,
    ({ observed }) => void (observed.posts = [{ ...observed.posts[0]!, category: 'Topic 2' }]),
  ],
  [
    'a post stored twice',
    'Every acknowledged write is there',
    /stored 2 times: ids 1, 9/,
    ({ observed }) => void (observed.posts = [observed.posts[0]!, { ...observed.posts[0]!, id: 9 }]),
  ],
  [
    'a post that nobody wrote',
    'Every acknowledged write is there',
    /never written/,
    ({ ledger }) => void ledger.posts.shift(),
  ],
  [
    'another id than was told',
    'Every acknowledged write is there',
    /acknowledged with id 7/,
    ({ ledger }) => void (ledger.posts[0]!.id = 7),
  ],
  [
    'an answer that cannot be',
    'No answer contradicted',
    /PATCH/,
    ({ ledger }) => void ledger.surprises.push('PATCH of anna-1 was answered 404'),
  ],
  [
    'a lost event',
    'Every acknowledged event took effect',
    /stream\/0-2 was acknowledged and is lost/,
    without('stream/0 2 counted'),
  ],
  [
    'an event that was never sent',
    'Every acknowledged event took effect',
    /stream\/0-4 was never sent/,
    ({ ledger }) => void (ledger.streams[0]!.sent = 3),
  ],
  [
    'a change that was never announced',
    'Every change of a post',
    /post\/1 was changed to version 2/,
    without('post/1 2 updated'),
  ],
  [
    'a new post that was never announced',
    'Every change of a post',
    /post\/1 was changed to version 1/,
    withoutAll('post/1'),
  ],
  ['a deletion that was never announced', 'Every change of a post', /post\/2 is gone/, without('post/2 2 deleted')],
  [
    'an event of a version that never was',
    'Every change of a post',
    /post\/1 has version 1, and an event speaks of 2/,
    ({ observed }) => void (observed.posts = [{ ...observed.posts[0]!, version: 1 }]),
  ],
  [
    'a double effect',
    'No event took effect twice',
    /took effect 2 times/,
    ({ observed }) => void (observed.seen = observed.seen.map((each, n) => (n === 4 ? { ...each, times: 2 } : each))),
  ],
  [
    'two events of a subject the wrong way round',
    'Events of a subject',
    /stream\/0: .* version 1 .* after .* version 2/,
    swapped(1, 4),
  ],
  ['published before created', 'Events of a subject', /created.* after .*published/, swapped(0, 2)],
  [
    'an older version that a consumer goes by',
    'A consumer goes by the newest',
    /categories has version 1 of post\/1, which is at 2/,
    ({ observed }) => void (observed.held = [{ ...observed.held[0]!, version: 1 }]),
  ],
  [
    'an inbox without an event',
    'Every consumer',
    /not in the inbox of categories/,
    ({ observed }) => void (observed.inboxes = new Map([...observed.inboxes, ['categories', new Set()]])),
  ],
  [
    'a wrong count',
    'Categories count',
    /Topic 1 counts 2, published are 1/,
    ({ observed }) => void (observed.categories = [{ name: 'Topic 1', counted: 2, published: 1 }]),
  ],
  [
    'an old page',
    'Readers are shown',
    /\/blog\//,
    ({ observed }) => void (observed.shown = [{ path: '/blog/', expected: 'new', got: 'old' }]),
  ],
  [
    'a row in an outbox',
    'Nothing waits',
    /1 events are left in posts.outbox/,
    ({ observed }) => void (observed.outboxes = [{ schema: 'posts', rows: 1 }]),
  ],
  [
    'a delivery that is not over',
    'Nothing waits',
    /retrying/,
    ({ observed }) => void (observed.pending = ['an event is retrying']),
  ],
  [
    'a dead letter',
    'Nothing was given up',
    /dead/,
    ({ observed }) => void (observed.undeliverable = ['a dead letter']),
  ],
  [
    'a gap in the archive',
    'Every event is archived',
    /not in the journal/,
    ({ observed }) => void (observed.archived = new Set()),
  ],
  ['a process that stays', 'No process', /node/, ({ observed }) => void (observed.processes = ['4711 node'])],
];

function without(id: string): Mutation {
  return ({ observed }) => void (observed.seen = observed.seen.filter((each) => each.id !== id));
}
function withoutAll(subject: string): Mutation {
  return ({ observed }) => void (observed.seen = observed.seen.filter((each) => each.subject !== subject));
}
function swapped(one: number, other: number): Mutation {
  return ({ observed }) => {
    const seen = [...observed.seen];
    [seen[one], seen[other]] = [seen[other]!, seen[one]!];
    observed.seen = seen;
  };
}

describe('the invariants', () => {
  it('find nothing when all is well', () => {
    const { ledger, observed } = allIsWell();
    expect(violations(ledger, observed)).toEqual([]);
  });

  it.each(planted)('find %s', (_, invariant, sentence, mutate) => {
    const all = allIsWell();
    mutate(all);
    const found = violations(all.ledger, all.observed);
    expect(found.map((each) => each.invariant)).toContainEqual(expect.stringContaining(invariant));
    expect(found.map(({ detail }) => detail)).toContainEqual(expect.stringMatching(sentence));
  });

  it('are each found to fail by one of the lines above', () => {
    const names = planted.map(([, invariant]) => Object.keys(invariants).find((name) => name.includes(invariant)));
    expect([...new Set(names)].sort()).toEqual(Object.keys(invariants).sort());
  });

  it('ask nothing of a journal where there is none', () => {
    const { ledger, observed } = allIsWell();
    observed.archived = undefined;
    expect(violations(ledger, observed)).toEqual([]);
  });

  it('allow both outcomes of a write without an answer', () => {
    for (const posts of [[], [{ id: 5, version: 1, ...state }]]) {
      const { ledger, observed } = allIsWell();
      ledger.posts[0] = { token: 'anna-1', id: undefined, possible: [state, 'absent'] };
      observed.posts = posts;
      observed.seen = posts.length > 0 ? [event('post/5', 1, 'created')] : [];
      ledger.streams.length = 0;
      ledger.posts.length = 1;
      observed.categories = [];
      observed.inboxes = new Map();
      observed.archived = undefined;
      expect(violations(ledger, observed)).toEqual([]);
    }
  });

  it('let an event come after its successors when the Broker has lost or delayed it, and no other', () => {
    const late = (name: string, fate: Fate) => {
      const { ledger, observed } = allIsWell();
      swapped(1, 4)({ ledger, observed });
      observed.losses = [{ fate, name }];
      return violations(ledger, observed);
    };
    for (const fate of ['dropped', 'held', 'undelivered'] as const)
      expect(late('/chaos stream/0 1 counted', fate)).toEqual([]);
    expect(late('/chaos stream/0 1 counted', 'doubled')).toHaveLength(1);
    expect(late('/chaos stream/0 2 counted', 'dropped')).toHaveLength(1);
  });

  it('ask for no order where the Broker promises none', () => {
    const { ledger, observed } = allIsWell();
    swapped(1, 4)({ ledger, observed });
    expect(violations(ledger, observed)).toHaveLength(1);
    expect(violations(ledger, { ...observed, ordered: false })).toEqual([]);
  });

  it('find any two events of a subject that changed places', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('stream/0', 'stream/1'), { minLength: 3, maxLength: 30 }),
        fc.nat(),
        fc.nat(),
        (subjects, a, b) => {
          const count: Record<string, number> = {};
          const seen = subjects.map((subject) =>
            event(subject, (count[subject] = (count[subject] ?? 0) + 1), 'counted'),
          );
          const [one, other] = [a % seen.length, b % seen.length];
          const { ledger, observed } = allIsWell();
          const mixed = [...seen];
          [mixed[one], mixed[other]] = [seen[other]!, seen[one]!];
          const inOrder = Object.values(Object.groupBy(mixed, ({ subject }) => subject)).every((of) =>
            of!.every(({ version }, n) => version === n + 1),
          );
          const found = invariants['Events of a subject took effect in the order in which they happened']!(ledger, {
            ...observed,
            seen: mixed,
          });
          expect(found.length === 0).toBe(inOrder);
        },
      ),
    );
  });
});
