import type { Ledger, PostState } from './ledger.ts';
import { nameOf, type Observed, type SeenEvent, type StoredPost } from './observed.ts';

export interface Violation {
  invariant: string;
  /** One sentence with names and numbers. */
  detail: string;
}

type Check = (ledger: Ledger, observed: Observed) => string[];

/** What must hold once everything is quiet, whatever was killed, stopped or filled before. */
export const invariants: Readonly<Record<string, Check>> = {
  'Every acknowledged write is there, and of the others all or nothing': writes,
  'No answer contradicted what was known': ({ surprises }) => surprises,
  'Every acknowledged event took effect': (ledger, { seen }) => lostStreams(ledger, seen),
  'Every change of a post was announced, without a gap': announced,
  'No event took effect twice': (_, { seen }) =>
    seen
      .filter(({ times }) => times !== 1)
      .map((event) => `${nameOf(event)} (${event.type}, ${event.subject}) took effect ${event.times} times`),
  'Events of a subject took effect in the order in which they happened': (_, observed) =>
    observed.ordered ? latecomers(observed) : [],
  'A consumer goes by the newest version of each post': (_, { held }) =>
    held
      .filter(({ version, newest }) => version !== newest)
      .map((each) => `${each.consumer} has version ${each.version} of ${each.subject}, which is at ${each.newest}`),
  'Every consumer has each event in its inbox': inboxes,
  'Categories count what is published': (_, { categories }) =>
    categories
      .filter(({ counted, published }) => counted !== published)
      .map(({ name, counted, published }) => `${name} counts ${counted}, published are ${published}`),
  'Readers are shown what the database holds': (_, { shown }) =>
    shown
      .filter(({ expected, got }) => expected !== got)
      .map(({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`),
  'Nothing waits any more': (_, { outboxes, pending }) => [
    ...outboxes.filter(({ rows }) => rows > 0).map(({ schema, rows }) => `${rows} events are left in ${schema}.outbox`),
    ...pending,
  ],
  'Nothing was given up': (_, { undeliverable }) => [...undeliverable],
  'Every event is archived': (_, { seen, archived }) =>
    archived
      ? seen
          .filter((event) => !archived.has(nameOf(event)))
          .map((event) => `${nameOf(event)} (${event.type}, ${event.subject}) is not in the journal`)
      : [],
  'No process is left behind': (_, { processes }) => [...processes],
};

/** Everything that does not hold. */
export const violations = (ledger: Ledger, observed: Observed): Violation[] =>
  Object.entries(invariants).flatMap(([invariant, check]) =>
    check(ledger, observed).map((detail) => ({ invariant, detail })),
  );

function writes({ posts }: Ledger, { posts: stored }: Observed): string[] {
  const byToken = Map.groupBy(stored, ({ title }) => /^Post (\S+)\./.exec(title)?.[1] ?? title);
  const wrong: string[] = [];
  for (const { token, id, possible } of posts) {
    const found = byToken.get(token) ?? [];
    byToken.delete(token);
    if (found.length > 1)
      wrong.push(`${token} was stored ${found.length} times: ids ${found.map((each) => each.id).join(', ')}`);
    const [one] = found;
    if (one && id !== undefined && one.id !== id)
      wrong.push(`${token} was acknowledged with id ${id} and is stored with ${one.id}`);
    if (!possible.some((state) => isState(state, one)))
      wrong.push(
        `${token} (id ${id ?? 'unknown'}) is ${one ? JSON.stringify(one) : 'absent'}, possible are ${JSON.stringify(possible)}`,
      );
  }
  for (const [token, found] of byToken) wrong.push(`${token} (id ${found[0]!.id}) was never written`);
  return wrong;
}

function isState(state: PostState | 'absent', stored: StoredPost | undefined): boolean {
  if (state === 'absent' || !stored) return state === 'absent' && !stored;
  return (['title', 'content', 'category', 'status'] as const).every((field) => state[field] === stored[field]);
}

function lostStreams({ streams }: Ledger, seen: readonly SeenEvent[]): string[] {
  const bySubject = Map.groupBy(seen, ({ subject }) => subject);
  return streams.flatMap(({ subject, acknowledged, sent }) => {
    const numbers = new Set(bySubject.get(subject)?.map(({ version }) => version));
    const lost = Array.from({ length: acknowledged }, (_, i) => i + 1).filter((number) => !numbers.has(number));
    const invented = [...numbers].filter((number) => number > sent);
    return [
      ...lost.map((number) => `${subject}-${number} was acknowledged and is lost`),
      ...invented.map((number) => `${subject}-${number} was never sent`),
    ];
  });
}

const deleted = 'dev.dormouse.post.deleted.v1';

/** The events of a post name every version from 1 on; the last one is what is stored, or says that it is deleted. */
function announced({ posts }: Ledger, { posts: stored, seen }: Observed): string[] {
  const versions = new Map(stored.map(({ id, version }) => [`post/${id}`, version]));
  const events = Map.groupBy(
    seen.filter(({ subject }) => subject.startsWith('post/')),
    ({ subject }) => subject,
  );
  for (const { id } of posts) if (id !== undefined && !events.has(`post/${id}`)) events.set(`post/${id}`, []);
  for (const subject of versions.keys()) if (!events.has(subject)) events.set(subject, []);
  return [...events].flatMap(([subject, of]) => {
    const known = new Set(of.map(({ version }) => version));
    const end = of.find(({ type }) => type === deleted)?.version;
    const last = versions.get(subject) ?? end;
    if (last === undefined)
      return [`${subject} is gone, and no event says so: versions ${[...known].join(', ') || 'none'}`];
    if (versions.has(subject) && end !== undefined)
      return [`${subject} is stored, and an event says that it was deleted`];
    const missing = Array.from({ length: last }, (_, i) => i + 1).filter((version) => !known.has(version));
    const beyond = [...known].filter((version) => version > last);
    return [
      ...missing.map(
        (version) => `${subject} was changed to version ${version}, and no event was handled that says so`,
      ),
      ...beyond.map((version) => `${subject} has version ${last}, and an event speaks of ${version}`),
    ];
  });
}

/**
 * Events that took effect after their successors. Events of one version follow each other as they were emitted: first what happened to
 * the post, then that it can or cannot be seen.
 */
export function latecomers({ seen, losses }: Pick<Observed, 'seen' | 'losses'>): string[] {
  const disturbed = new Set(losses.filter(({ fate }) => fate !== 'doubled').map(({ name }) => name));
  const last = new Map<string, SeenEvent>();
  const wrong: string[] = [];
  for (const event of seen) {
    const before = last.get(event.subject);
    const late = before && orderOf(event) <= orderOf(before);
    if (late && !disturbed.has(nameOf(event)))
      wrong.push(
        `${event.subject}: ${event.type} of version ${event.version} (${event.id}) took effect after ${before.type} of version ${before.version} (${before.id})`,
      );
    if (!late) last.set(event.subject, event);
  }
  return wrong;
}

const orderOf = ({ type, version }: SeenEvent): number => version + (/\.(un)?published\./.test(type) ? 0.5 : 0);

function inboxes(_: Ledger, { seen, inboxes }: Observed): string[] {
  return [...inboxes].flatMap(([consumer, known]) =>
    seen
      .filter((event) => consumer === 'recorder' || event.subject.startsWith('post/'))
      .filter((event) => !known.has(nameOf(event)))
      .map((event) => `${nameOf(event)} (${event.type}, ${event.subject}) is not in the inbox of ${consumer}`),
  );
}
