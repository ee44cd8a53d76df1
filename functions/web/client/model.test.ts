import fc from 'fast-check';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { browser, world } from '../app.fixture.ts';
import { fakePosts } from '../posts.fixture.ts';
import { Autosave, type State } from './autosave.ts';
import { Copies, type Copy, type Store } from './copies.ts';
import { Draft, type Save, type Version } from './draft.ts';
import type { EditorForm } from './editor-form.ts';
import type { Fields } from './fields.ts';
import type { Reply } from './reply.ts';
import { submitting } from './submitting.ts';

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

  newId = (): string => `tab ${++this.#ids}`;

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

  request(tab: Tab, { action, fields, id, ...others }: Save): Promise<Reply> {
    return this.post(tab, action, { ...others, ...fields, id: String(id), action: 'autosave', status: 'draft' });
  }

  async post(tab: Tab, address: string, fields: Record<string, string>): Promise<Reply> {
    const { net } = this;
    if (net === 'down') throw new Error('no connection');
    const form = { ...fields, csrf: tab.csrf, account: 'ada' };
    const answer = ada
      .send(address, {
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
    const tab = new Tab(this, this.newId(), path);
    const live = new Set([...this.tabs.values()].map(({ id }) => id));
    const [offered] = this.copies.of(tab.draft.base.id, this.clock.now).filter((copy) => !live.has(copy.tab));
    this.tabs.set(n, tab);
    if (!offered) return;
    tab.restore(offered);
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
  /** What the form says of the post, as in its hidden field. */
  status = 'draft';
  readonly #room: Room;

  constructor(room: Room, id: string, action: string) {
    const value = (name: string) => ada.value(name) ?? '';
    this.#room = room;
    this.id = id;
    this.csrf = value('csrf');
    this.fields = {
      title: value('title'),
      content: value('content'),
      category_name: value('category_name'),
      tags: value('tags'),
      lang: value('lang'),
      cover: value('cover'),
      cover_alt: value('cover_alt'),
      summary: value('summary'),
      slug: value('slug'),
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
    this.autosave.typed(this.fields, true);
  }

  /** Without leaving the field. */
  keys(change: Partial<Fields>): void {
    this.fields = { ...this.fields, ...change };
    this.autosave.typed(this.fields, false);
  }

  restore(copy: Copy): Copy | undefined {
    return this.autosave.restore(copy, this.#room.newId());
  }

  /** Presses a button of the form. @returns what was gone to */
  press(value: 'draft' | 'published'): { goneTo: string[]; sent: string[] } {
    const seen = { goneTo: [] as string[], sent: [] as string[] };
    vi.stubGlobal('location', { assign: (to: string) => void seen.goneTo.push(to) });
    const form = Object.assign(new EventTarget(), { requestSubmit: () => void seen.sent.push(value) });
    const tab = this;
    const editor = {
      form,
      get fields() {
        return tab.fields;
      },
      setHidden: (name: 'csrf' | 'status', to: string) => void (tab[name] = to),
      ask: (action: string) => {
        const { base, key } = tab.draft;
        const { id, etag } = base;
        const hidden = { id: String(id), etag, key, status: tab.status };
        return tab.#room.post(tab, base.action, { ...hidden, ...tab.fields, action });
      },
    };
    const atOnce = () => Promise.resolve();
    submitting(editor as unknown as EditorForm, this.autosave, atOnce, atOnce);
    form.dispatchEvent(Object.assign(new Event('submit', { cancelable: true }), { submitter: { value } }));
    return seen;
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

async function opened(path: string, room = new Room()): Promise<{ room: Room; tab: Tab }> {
  await session('ada');
  await room.open(0, path);
  return { room, tab: room.tabs.get(0) as Tab };
}
const editOf = ({ id }: { id: number }) => `/blog/posts/p-${id}/edit`;
const onlyPost = () => [...posts.stored.values()].map(({ title, content, status }) => ({ title, content, status }));

describe('a button of the form', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    posts.stored.clear();
  });
  const lastKept = (room: Room, id: number) => room.copies.of(id, room.clock.now).map(({ fields }) => fields.content);

  it('goes to what it has saved, of which no copy stays', async () => {
    const { room, tab } = await opened('/blog/new');
    tab.type({ title: 'A walk', content: 'Up.', category_name: 'Walks', published_at: '2030-01-01T10:00' });
    const { goneTo } = tab.press('draft');
    await room.settle();
    expect(goneTo).toEqual([`/blog/posts/p-${[...posts.stored.keys()][0]}`]);
    tab.autosave.keep();
    expect([...lastKept(room, 0), ...lastKept(room, tab.draft.base.id)]).toEqual([]);
  });

  it.each(['draft', 'published'] as const)('as %s loses nothing that is typed before the answer', async (status) => {
    const { room, tab } = await opened(editOf(posts.make('Up.')));
    room.net = 'slow';
    const { goneTo, sent } = tab.press(status);
    await room.settle();
    tab.type({ content: 'Up. Down.' });
    room.net = 'up';
    await room.forward(3_500);
    expect([goneTo, sent]).toEqual([[], []]);
    tab.autosave.keep();
    await room.forward(60_000);
    expect([...onlyPost().map(({ content }) => content), ...lastKept(room, tab.draft.base.id)]).toContain('Up. Down.');
    // What is published is not taken back, or changed without being asked.
    expect(onlyPost()).toEqual([{ title: 'Title', content: status === 'draft' ? 'Up. Down.' : 'Up.', status }]);
    expect([tab.state, tab.status]).toEqual([status === 'draft' ? 'saved' : 'published', status]);
    const again = tab.press(status);
    await room.settle();
    expect([onlyPost()[0]?.content, again.goneTo.length]).toEqual(['Up. Down.', 1]);
  });

  it('loses nothing that is typed while the next page is on its way', async () => {
    const { room, tab } = await opened(editOf(posts.make('Up.')));
    const { goneTo } = tab.press('published');
    await room.settle();
    expect(goneTo).toHaveLength(1);
    tab.type({ content: 'Up. Down.' });
    tab.autosave.keep();
    expect(lastKept(room, tab.draft.base.id)).toEqual(['Up. Down.']);
  });

  it.each(['draft', 'published'] as const)(
    'whose first answer is lost makes one %s, and what is typed on is saved',
    async (status) => {
      const { room, tab } = await opened('/blog/new');
      tab.type({ title: 'A walk', content: 'Up.', category_name: 'Walks' });
      room.net = 'answers lost';
      tab.press(status);
      await room.settle();
      expect(tab.state).toBe('unsent');
      room.net = 'up';
      tab.type({ content: 'Up. Down.' });
      await room.forward(60_000);
      expect([tab.draft.halted, tab.draft.alert]).toEqual([undefined, '']);
      // Only what is asked for again is published.
      expect(onlyPost()).toEqual([{ title: 'A walk', content: 'Up. Down.', status: 'draft' }]);
      tab.press(status);
      await room.settle();
      expect(onlyPost()).toEqual([{ title: 'A walk', content: 'Up. Down.', status }]);
    },
  );

  it('says that somebody is logged out', async () => {
    const { room, tab } = await opened('/blog/new');
    await session('ended');
    tab.type({ title: 'A walk', content: 'Up.', category_name: 'Walks' });
    tab.press('draft');
    await room.settle();
    expect(tab.state).toBe('logged-out');
    await session('ada');
    tab.autosave.wake();
    await room.forward(60_000);
    expect(onlyPost()).toEqual([{ title: 'A walk', content: 'Up.', status: 'draft' }]);
  });
});

describe('lines that were not left', () => {
  afterEach(() => posts.stored.clear());

  it('are those of another tab once they were put together, and stay so at the next key', async () => {
    const { room, tab } = await opened(editOf(posts.make(paragraphs)));
    await room.open(1, editOf({ id: tab.draft.base.id }));
    room.tabs.get(1)?.type({ title: 'Their title', tags: 'theirs' });
    await room.forward(2_000);
    tab.keys({ content: `${paragraphs} Mine.` });
    await room.forward(2_000);
    expect(tab.fields.title).toBe('Their title');
    tab.keys({ content: `${paragraphs} Mine, too.` });
    await room.forward(2_000);
    const [post] = posts.stored.values();
    expect([post?.title, post?.tags, post?.content]).toEqual(['Their title', ['theirs'], `${paragraphs} Mine, too.`]);
  });

  it('are those that were restored', async () => {
    const { room, tab } = await opened('/blog/new');
    room.net = 'down';
    tab.type({ title: 'A walk', content: 'Up.' });
    await room.forward(500);
    room.crash(0);
    const next = await opened('/blog/new', room);
    next.tab.keys({ content: 'Up. Down.' });
    room.net = 'up';
    await room.forward(60_000);
    expect(onlyPost()).toEqual([{ title: 'A walk', content: 'Up. Down.', status: 'draft' }]);
  });

  it('are not sent', async () => {
    const { room, tab } = await opened(editOf(posts.make('Up.')));
    tab.keys({ title: 'Half a ti' });
    tab.keys({ content: 'Up. Down.' });
    await room.forward(2_000);
    expect(onlyPost()).toEqual([{ title: 'Title', content: 'Up. Down.', status: 'draft' }]);
  });
});

describe('restoring', () => {
  it('loses nothing that the form held before', async () => {
    const { room, tab } = await opened('/blog/new');
    const { base } = tab.draft;
    expect(tab.draft.unsaved).toBe(false);
    const copies = ['first', 'second'].map((content) => ({
      base,
      fields: { ...base.fields, content },
      key: `key of ${content}`,
      tab: `tab of ${content}`,
      time: room.clock.now,
    }));
    for (const copy of copies) room.copies.put(copy);
    const [first, second] = copies as [Copy, Copy];
    const kept = () => room.copies.of(0, room.clock.now).map(({ fields }) => fields.content);
    expect(tab.restore(first)).toBeUndefined();
    const replaced = tab.restore(second);
    expect(tab.fields.content).toBe('second');
    expect(kept().sort()).toEqual(['first', 'second']);
    expect(replaced).toMatchObject({ fields: { content: 'first' }, key: 'key of first' });
    tab.keys({ content: 'second, and more' });
    expect(tab.restore(replaced as Copy)).toMatchObject({ fields: { content: 'second, and more' } });
    expect(tab.draft.key).toBe('key of first');
    expect(kept().sort()).toEqual(['first', 'second, and more']);
  });
});
