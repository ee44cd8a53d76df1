import type { Cache } from '@dormouse/runtime/cache';
import type { Logger } from '@dormouse/runtime/log';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { Settings } from './blog-settings.ts';
import { inTime } from './in-time.ts';
import { wordsOf } from './words.ts';
import { english } from './words-en.ts';

/** What auth knows of the blog, and whether people may subscribe to its newsletter. */
export interface KnownSettings extends Settings {
  newsletter?: true;
}

/** The settings that pages are made with. */
export interface SiteSettings extends KnownSettings {
  /** They could not be read now: these are the last that are known. A page made with them is not kept. */
  unread?: true;
}

/** The settings of the blog, as pages need them. */
export interface Site {
  /** Never rejects: a page with yesterday's title is better than none. */
  current(): Promise<SiteSettings>;
  /** Forgets them, in every instance. */
  purge(): Promise<void>;
}

type Registration = Settings['registration'];

/** Settings of a blog that nobody has set up (functions/auth/migrations/006-blog.sql). @param registration what REGISTRATION says */
export const untouched = (registration: Registration): Settings => ({
  version: 0,
  set_up: false,
  title: 'Dormouse',
  description: english.frame.description,
  language: 'en',
  time_zone: 'UTC',
  accent: '#8f4a1b',
  accent_dark: '#e6a56c',
  theme: 'auto',
  fonts: 'system',
  logo: null,
  icon: null,
  layout: 'list',
  navigation: [],
  footer: english.frame.description,
  posts_per_page: 20,
  comments: 'first_held',
  registration,
});

/** Settings with what nobody has written in the language of the blog: that of its description and footer. */
export function inItsLanguage<S extends Pick<Settings, 'description' | 'footer' | 'language'>>(settings: S): S {
  const { description } = wordsOf(settings.language).frame;
  const said = (text: string) => (text === english.frame.description ? description : text);
  return { ...settings, description: said(settings.description), footer: said(settings.footer) };
}

/** Whether strangers can make an account. */
export const takesRegistrations = ({ registration }: Settings): boolean =>
  registration === 'readers' || registration === 'authors';

export interface SiteOptions {
  read: () => Promise<KnownSettings>;
  cache: Cache<KnownSettings>;
  /** What there is before they were ever read. */
  first: Settings;
  log: Pick<Logger, 'warn'>;
}

/** The settings from `read`, kept by `cache`, which is at most 2 s behind in any instance. */
export function siteOf({ read, cache, first, log }: SiteOptions): Site {
  let last: KnownSettings = first;
  return {
    async current() {
      try {
        return (last = inItsLanguage(await inTime(cache.get('blog', read))));
      } catch (error) {
        log.warn({ error }, 'the settings of the blog cannot be read: the last known ones stay in use');
        return { ...last, unread: true };
      }
    },
    purge: () => cache.purge('blog'),
  };
}

/**
 * The settings from the database, without waking auth and newsletter.
 * @param registration who may register while no setting says it (REGISTRATION)
 */
export const settingsIn =
  (sql: Sql, registration: Registration): (() => Promise<KnownSettings>) =>
  async () => {
    const asked = isOpenIn(sql);
    const [row] = await sql<
      { blog: Omit<Settings, 'set_up' | 'registration'> & { registration: Registration | null } }[]
    >`
      SELECT blog FROM auth.blog_settings() AS blog`;
    if (!row) throw new Error('auth.blog_settings() returned nothing');
    // A database that is not migrated yet has none of them.
    return {
      ...row.blog,
      logo: row.blog.logo ?? null,
      icon: row.blog.icon ?? null,
      comments: row.blog.comments ?? 'none',
      layout: row.blog.layout ?? 'list',
      theme: row.blog.theme ?? 'auto',
      fonts: row.blog.fonts ?? 'system',
      set_up: row.blog.version > 0,
      registration: row.blog.registration ?? registration,
      ...((await asked) && { newsletter: true as const }),
    };
  };

/** Whether people may subscribe; not, while that cannot be told: a database that is not migrated yet does not know. */
const isOpenIn = (sql: Sql): Promise<boolean> =>
  sql<{ open: boolean }[]>`SELECT newsletter.is_open() AS open`.then(
    ([row]) => row?.open === true,
    () => false,
  );
