import { isDeepStrictEqual } from 'node:util';
import { blogUpdated } from '@dormouse/events/blog';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type * as v from 'valibot';
import type { Registration, settingsChange, settingsFields } from './settings.ts';
import type { User } from './user.ts';
import { insertUser, type NewUser } from './user-store.ts';

/** A change of settings; what is left out stays as it is. */
export type SettingsChange = v.InferOutput<typeof settingsChange>;
type Settings = { [K in keyof typeof settingsFields]: v.InferOutput<(typeof settingsFields)[K]> };

/** The settings of the blog as they are stored. */
export interface Blog extends Omit<Settings, 'registration'> {
  /** 0: nobody has set the blog up. */
  version: number;
  /** Null: as the installation says. */
  registration: Registration | null;
}

/** The settings of the blog. */
export interface BlogStore {
  blog(): Promise<Blog>;
  /** Changes settings and emits blog.updated; undefined when `expected` is not their version any more. */
  changeBlog(change: SettingsChange, by: number, expected?: number): Promise<Blog | undefined>;
  /** Remembers the code to set the blog up by its hash; false when it is set up already. */
  offerSetup(hash: string): Promise<boolean>;
  /** Uses the code up: makes the account an administrator's and changes the settings; or says what is in the way. */
  setUp(hash: string, user: NewUser, change: SettingsChange): Promise<User | 'set up' | 'no such code' | 'name taken'>;
}

/** @see BlogStore */
export function blogStore(sql: Sql, outbox: Outbox): BlogStore {
  return {
    async blog() {
      const [row] = await sql<{ blog: Blog }[]>`SELECT blog FROM blog_settings() AS blog`;
      return row?.blog ?? missing();
    },

    changeBlog: (change, by, expected) =>
      outbox.transaction(async (tx, emit) => {
        const before = await locked(tx);
        if (expected !== undefined && before.version !== expected) return undefined;
        return write(tx, emit, { before, change, by });
      }),

    async offerSetup(hash) {
      const offered = await sql`UPDATE blog SET setup_hash = ${hash} WHERE version = 0`;
      return offered.count === 1;
    },

    setUp: (hash, user, change) =>
      outbox.transaction(async (tx, emit) => {
        const before = await locked(tx);
        if (before.version > 0) return 'set up';
        const [offered] = await tx`SELECT 1 FROM blog WHERE setup_hash = ${hash}`;
        if (!offered) return 'no such code';
        const made = await insertUser(tx, emit, { ...user, role: 'admin' });
        if (!made) return 'name taken';
        await write(tx, emit, { before, change, by: made.id });
        return made;
      }),
  };
}

async function locked(tx: Tx): Promise<Blog> {
  await tx`SELECT 1 FROM blog FOR UPDATE`;
  const [row] = await tx<{ blog: Blog }[]>`SELECT blog FROM blog_settings() AS blog`;
  return row?.blog ?? missing();
}

interface Write {
  before: Blog;
  change: SettingsChange;
  /** The administrator's account. */
  by: number;
}

async function write(tx: Tx, emit: Emit, { before, change, by }: Write): Promise<Blog> {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const changed = given.map(([name]) => name as keyof SettingsChange).filter((name) => differs(before, change, name));
  // Whoever looks at an untouched blog's settings and saves them has set it up.
  if (changed.length === 0 && before.version > 0) return before;
  const after: Blog = { ...before, ...Object.fromEntries(given), version: before.version + 1 };
  await tx`
    UPDATE blog SET version = ${after.version}, title = ${after.title}, description = ${after.description},
      language = ${after.language}, time_zone = ${after.time_zone}, accent = ${after.accent}, accent_dark = ${after.accent_dark},
      theme = ${after.theme}, fonts = ${after.fonts}, logo = ${after.logo}, icon = ${after.icon}, layout = ${after.layout},
      navigation = (${JSON.stringify(after.navigation)}::text)::jsonb, footer = ${after.footer},
      posts_per_page = ${after.posts_per_page}, registration = ${after.registration}, comments = ${after.comments}, setup_hash = NULL`;
  const { version, title, language } = after;
  emit(blogUpdated, 'blog/1', { version, title, language, changed, changed_by: by });
  return after;
}

const differs = (before: Blog, change: SettingsChange, name: keyof SettingsChange): boolean =>
  !isDeepStrictEqual(before[name], change[name]);

function missing(): never {
  throw new Error('the table blog has lost its row');
}
