import { type Covers, coverPicture } from './cover.ts';
import { type Html, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { entries, feedName, pagination } from './list-page.ts';
import type { Profile } from './people.ts';
import type { Listing } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface AuthorPage {
  site: SiteSettings;
  /** The user name as it is written. */
  name: string;
  /** Absent for an account that was deleted, and while auth does not answer. */
  profile?: Profile | undefined;
  listing: Listing;
  covers: Covers;
  /** Whether this is the page with the newest posts. */
  first: boolean;
  viewer?: Viewer | undefined;
}

/** What an author says of themselves, and what they wrote. */
export function authorPage({ site, name, profile, listing, covers, first, viewer }: AuthorPage): string {
  const path = `/blog/authors/${encodeURIComponent(name)}`;
  const older = listing.older && `${path}?after=${encodeURIComponent(listing.older)}`;
  const newer = listing.newer ? `${path}?before=${encodeURIComponent(listing.newer)}` : undefined;
  const t = wordsOf(site.language);
  const shown = profile?.display_name ?? name;
  const face = covers.get(profile?.picture ?? '');
  return layout({
    site,
    title: [shown, first ? '' : t.list.older].filter(Boolean).join(' · '),
    description: profile?.bio ?? t.list.ofAuthor(shown),
    ...(listing.posts.length > 0 && { feed: { title: shown, below: path } }),
    canonical: first ? path : undefined,
    categories: listing.posts.map((post) => post.category),
    pictures: covers.values(),
    older,
    newer,
    viewer,
    main: markup`<div class="list h-feed">
${feedName(shown)}<header class="page-header p-author h-card">${face && first ? markup`<div class="face">${coverPicture(face, { sizes: '6rem', alt: '', first: true })}</div>` : none}<p class="kicker">${t.list.author}<data class="u-url u-uid" value="${path}"></data></p>
<h1 class="p-name" dir="auto">${shown}</h1>
${profile?.bio && first ? markup`<p class="bio p-note" dir="auto">${profile.bio}</p>` : none}
${profile && first ? elsewhere(profile.links ?? [], t) : none}
</header>
${listing.posts.length > 0 ? entries(listing.posts, { site, covers, names: new Map([[name, { name: shown }]]) }) : markup`<p class="nothing">${first ? t.list.nothingByAuthor : t.list.nothingBeyond}</p>`}
${pagination({ path, older, newer, first }, t)}
</div>`,
  });
}

/** Pages elsewhere that an author says are theirs (`rel="me"`), which show that it is so by leading back here. */
const elsewhere = (links: readonly string[], { list }: Words): Html =>
  links.length === 0
    ? none
    : markup`<ul class="elsewhere" aria-label="${list.elsewhere}">${links.map((link) => markup`<li><a class="u-url" rel="me nofollow" href="${link}" dir="auto">${shortOf(link)}</a></li>`)}</ul>`;

/** `social.example/@ada` */
const shortOf = (link: string): string => link.replace(/^https:\/\//, '').replace(/\/$/, '');
