import fc from 'fast-check';
import { expect, test } from 'vitest';
import { browser, world } from '../app.fixture.ts';
import { fakePosts } from '../posts.fixture.ts';
import { Autosave, type State } from './autosave.ts';
import { Copies, type Store } from './copies.ts';
import { Draft, type Save, type Version } from './draft.ts';
import type { Fields } from './fields.ts';
import type { Reply } from './reply.ts';

const posts = fakePosts();
const given = world();
const { app } = world({ posts: { ...given.web.posts, ...posts } });
/** One browser with one account; its tabs share cookies and store. */
const ada = browser(app);

type Net = 'up' | 'down' | 'answers lost' | 'slow';

/** Time that goes on when it is told to. */
class Clock {
  now = Date.UTC(2026, 5, 10);
  #timers = new Set<{ at: number; work: () => void }>();
  later = (work: () => void, ms: number) => {
    const timer = { at: this.now + ms, work };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };
  async forward(ms: number, settle: () => Promise<void>): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.work();
      await settle();
    }
    this.now = end;
  }
}

function fakeStore(): Store {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    key: (n) => [...map.keys()][n] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

/** Everything that one run has. */
class Room {
  readonly clock = new Clock();
  readonly store = fakeStore();
  net: Net = 'up';
  readonly tabs = new Map<number, Tab>();
  /** Words that were typed, and when. */
  readonly words = new Map<string, number>();
  readonly #requests = new Set<Promise<unknown>>();
  #ids = 0;

  get copies(): Copies {
    return new Copies(this.store, 'ada');
  }

  settle = async (): Promise<void> => {
    do {
      await Promise.allSettled(this.#requests);
      for (let n = 0; n < 20; n++) await Promise.resolve();
    } while (this.#requests.size > 0);
  };

  forward = (ms: number): Promise<void> => this.clock.forward(ms, this.settle);

  async request(tab: Tab, save: Save): Promise<Reply> {
    const { net } = this;
    if (net === 'down') throw new Error('no connection');
    const { fields, id, ...others } = save;
    const form = {
      ...others,
      ...fields,
      id: String(id),
      csrf: tab.csrf,
      account: 'ada',
      action: 'autosave',
      status: 'draft',
    };
    const answer = ada
      .send(save.action, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          origin: 'http://blog.test',
        },
        body: new URLSearchParams(form).toString(),
      })
      .then((response) => response.json() as Promise<Reply>);
    this.#requests.add(answer);
    const reply = await answer.finally(() => this.#requests.delete(answer));
    if (net === 'answers lost') throw new Error('connection lost');
    if (net === 'slow') await new Promise<void>((done) => void this.clock.later(done, 3_000));
    return reply;
  }

  /** Opens the editor, as a writer does who takes up everything that is offered. */
  async open(n: number, path: string): Promise<void> {
    const page = await ada.get(path, { accept: 'text/html' });
    if (page.status !== 200) return;
    const tab = new Tab(this, `tab ${++this.#ids}`, path);
    const live = new Set([...this.tabs.values()].map(({ id }) => id));
    const [offered] = this.copies.of(tab.draft.base.id, this.clock.now).filter((copy) => !live.has(copy.tab));
    this.tabs.set(n, tab);
    if (!offered) return;
    tab.fields = tab.draft.restore(offered);
    tab.autosave.resume();
    this.copies.remove(offered.base.id, offered.tab);
    await this.settle();
  }

  /** A tab is gone from one moment to the other; what was typed in the last two seconds may go with it. */
  crash(n: number): void {
    const tab = this.tabs.get(n);
    if (!tab) return;
    tab.autosave.stop();
    this.tabs.delete(n);
    for (const word of this.lost()) if ((this.words.get(word) ?? 0) > this.clock.now - 2_000) this.words.delete(word);
  }

  /** Words that are nowhere. */
  lost(): string[] {
    const kept = Array.from({ length: this.store.length }, (_, n) => this.store.getItem(this.store.key(n) ?? '') ?? '');
    const open = [...this.tabs.values()].map(({ fields }) => fields.content);
    const all = [...kept, ...open, ...[...posts.stored.values()].map(({ content }) => content)].join('\n');
    return [...this.words.keys()].filter((word) => !all.includes(word));
  }
}

class Tab {
  readonly id: string;
  readonly draft: Draft;
  readonly autosave: Autosave;
  fields: Fields;
  csrf: string;
  state: State = 'nothing';

  constructor(room: Room, id: string, action: string) {
    const value = (name: string) => ada.value(name) ?? '';
    this.id = id;
    this.csrf = value('csrf');
    this.fields = {
      title: value('title'),
      content: value('content'),
      category_name: value('category_name'),
      tags: value('tags'),
      lang: value('lang'),
      published_at: value('published_at'),
    };
    const base: Version = {
      id: Number(value('id')),
      version: Number(value('version')),
      etag: value('etag'),
      action,
      fields: this.fields,
    };
    this.draft = new Draft({ base, key: value('key'), fields: this.fields }, true);
    this.autosave = new Autosave({
      draft: this.draft,
      copies: room.copies,
      tab: id,
      send: (save) => room.request(this, save),
      renew: (csrf) => void (this.csrf = csrf),
      replace: (fields) => void (this.fields = fields),
      moved: () => {},
      changed: (state) => void (this.state = state),
      now: () => room.clock.now,
      later: room.clock.later,
    });
  }

  type(change: Partial<Fields>): void {
    this.fields = { ...this.fields, ...change };
    this.autosave.typed(this.fields, this.fields);
  }
}

let words = 0;
/** A word at the end of a line. */
function typeInto(room: Room, n: number, line: number): void {
  const tab = room.tabs.get(n);
  if (!tab) return;
  const word = `word${++words}.`;
  const lines = tab.fields.content.split('\n');
  const at = (2 * line) % lines.length;
  lines[at] = `${lines[at]} ${word}`;
  room.words.set(word, room.clock.now);
  tab.type({ content: lines.join('\n'), ...(tab.fields.title === '' && { title: 'Title' }) });
}

type Step =
  | { do: 'type'; tab: number; line: number }
  | { do: 'wait'; ms: number }
  | { do: 'net'; net: Net }
  | { do: 'session'; is: 'ended' | 'ada' | 'edna' }
  | { do: 'crash'; tab: number }
  | { do: 'reopen'; tab: number };

const steps = (tabs: number) => {
  const tab = fc.nat({ max: tabs - 1 });
  return fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('type' as const), tab, line: fc.nat({ max: 8 }) }) },
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(50, 300, 1_500, 5_000, 40_000) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('net' as const),
          net: fc.constantFrom<Net>('up', 'down', 'answers lost', 'slow'),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('session' as const), is: fc.constantFrom('ended', 'ada', 'edna') }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), tab }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), tab }) },
    ) as fc.Arbitrary<Step>,
    { maxLength: 24 },
  );
};

let present = 'ended';
async function session(is: 'ended' | 'ada' | 'edna'): Promise<void> {
  if (is === present) return;
  for (const name of ['dormouse_access', 'dormouse_refresh']) ada.cookies.delete(name);
  if (is !== 'ended') await ada.logIn(is);
  present = is;
}

async function does(room: Room, step: Step, path: () => string): Promise<void> {
  if (step.do === 'type') typeInto(room, step.tab, step.line);
  if (step.do === 'wait') await room.forward(step.ms);
  if (step.do === 'net') room.net = step.net;
  if (step.do === 'crash') room.crash(step.tab);
  if (step.do === 'reopen' && !room.tabs.has(step.tab)) await room.open(step.tab, path());
  if (step.do === 'session') await session(step.is);
  await room.settle();
  expect(room.lost()).toEqual([]);
}

/** Everything works again, and everybody who was away is back. */
async function recover(room: Room, tabs: number, path: () => string): Promise<void> {
  room.net = 'up';
  await session('ada');
  for (let n = 0; n < tabs; n++) if (!room.tabs.has(n)) await room.open(n, path());
  for (const { autosave } of room.tabs.values()) autosave.wake();
  await room.forward(120_000);
  // An answer that was slow; and a key more, as a session that is back is noticed by the next one.
  for (const n of room.tabs.keys()) {
    typeInto(room, n, n);
    await room.forward(120_000);
  }
  expect(room.lost()).toEqual([]);
}

const paragraphs = Array.from({ length: 9 }, (_, n) => `Paragraph ${n}.`).join('\n\n');

test('alone, nothing older than two seconds is lost and there is no conflict, whatever the network, the session and the tab do', async () => {
  await session('ada');
  await fc.assert(
    fc.asyncProperty(fc.boolean(), steps(1), async (isNew, list) => {
      const room = new Room();
      const known = posts.stored.size;
      const post = isNew ? undefined : posts.make(paragraphs);
      const path = () => {
        const id = post?.id ?? room.tabs.get(0)?.draft.base.id ?? [...posts.stored.keys()][known];
        return id ? `/blog/posts/p-${id}/edit` : '/blog/new';
      };
      await session('ada');
      await room.open(0, path());
      for (const step of list) await does(room, step, path);
      await recover(room, 1, path);
      const tab = room.tabs.get(0) as Tab;
      expect([tab.draft.halted, tab.state]).toEqual([undefined, 'saved']);
      expect(posts.stored.get(tab.draft.base.id)?.content).toBe(tab.fields.content.trim());
      expect(posts.stored.size - known).toBe(1);
      posts.stored.clear();
    }),
    { seed: 90, numRuns: 500, endOnFailure: true },
  );
});

test('of two tabs neither loses what the other has written: it is joined, or both are told', async () => {
  const seen = { joined: 0, told: 0 };
  await fc.assert(
    fc.asyncProperty(steps(2), async (list) => {
      const room = new Room();
      const post = posts.make(paragraphs);
      const path = () => `/blog/posts/p-${post.id}/edit`;
      await session('ada');
      for (const n of [0, 1]) await room.open(n, path());
      for (const step of list) await does(room, step, path);
      await recover(room, 2, path);
      const saved = posts.stored.get(post.id)?.content;
      for (const { draft, state, fields } of room.tabs.values()) {
        expect([undefined, 'conflict']).toContain(draft.halted);
        if (draft.halted) expect(state).toBe('conflict');
        if (draft.halted) seen.told++;
        else seen.joined++;
        if (!draft.halted && !draft.unsaved && draft.base.version === posts.stored.get(post.id)?.version)
          expect(saved).toBe(fields.content.trim());
      }
      posts.stored.clear();
    }),
    { seed: 90, numRuns: 500, endOnFailure: true },
  );
  expect(seen.told).toBeGreaterThan(50);
  expect(seen.joined).toBeGreaterThan(500);
});
