import type { Tokens } from '@dormouse/runtime/auth';
import type { Logger } from '@dormouse/runtime/log';
import type { SignInProvider } from '@dormouse/runtime/sign-in-providers';
import type { Accounts } from './accounts.ts';
import type { Articles } from './articles.ts';
import type { BlogSettings } from './blog-settings.ts';
import type { Categories } from './categories.ts';
import type { Commenting, ShownComments } from './comments.ts';
import type { Hubs } from './hubs.ts';
import type { DisplayNames } from './names.ts';
import type { Newsletter } from './newsletter.ts';
import type { OwedPurges } from './owed-purges.ts';
import type { OwnAccount } from './own-account.ts';
import type { PageCache } from './pages.ts';
import type { People } from './people.ts';
import type { Pictures } from './pictures.ts';
import type { PostPictures } from './post-pictures.ts';
import type { Posts } from './posts.ts';
import type { Redirects } from './redirects.ts';
import type { Search } from './search.ts';
import type { SharedCache } from './shared-cache.ts';
import type { Site } from './site.ts';
import type { Webhooks } from './webhooks.ts';

/** Somebody else at whom people may log in. */
export type Provider = Pick<SignInProvider, 'name' | 'label'>;

/** All of the world that web touches. */
export interface Web {
  posts: Posts;
  categories: Categories;
  search: Search;
  comments: ShownComments;
  commenting: Commenting;
  accounts: Accounts;
  /** At whom people may log in. */
  providers: readonly Provider[];
  ownAccount: OwnAccount;
  people: People;
  /** What accounts are called on pages. */
  displayNames: DisplayNames;
  webhooks: Webhooks;
  newsletter: Newsletter;
  blogSettings: BlogSettings;
  /** The settings that pages are made with. */
  site: Site;
  redirects: Redirects;
  /** Rendered pages, the same for everybody. */
  pages: PageCache;
  /** Rendered Markdown. */
  articles: Articles;
  /** Pictures that authors upload. */
  pictures: Pictures;
  postPictures: PostPictures;
  /** Pictures of an import. */
  media: Media;
  tokens: Tokens;
  /** What ids of the feed begin with after `tag:`. */
  feedAuthority: string;
  /** Who is told that feeds have changed. */
  hubs: Hubs;
  /** The cache in front of the site; undefined where none is told of changes. */
  sharedCache?: SharedCache | undefined;
  /** What it could not be told; undefined: the Broker delivers the event again. */
  owedPurges?: OwedPurges | undefined;
  log: Pick<Logger, 'warn'>;
  /** Milliseconds since 1970. */
  now?: () => number;
  newKey?: () => string;
  /** Does something in so many milliseconds. */
  later?: (work: () => void, ms: number) => void;
}
/** Files by the SHA-256 of their bytes, in lower-case hex. */
export interface Media {
  read(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  has(hash: string): Promise<boolean>;
  write(hash: string, bytes: Uint8Array): Promise<void>;
}
