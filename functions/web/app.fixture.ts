import type { Tokens } from '@dormouse/runtime/auth';
import { type AppError, fail } from '@dormouse/runtime/errors';
import { tagSlug } from '@dormouse/runtime/slug';
import type { Granted } from './accounts.ts';
import { createApp } from './app.ts';
import { articles } from './articles.ts';
import type { Category } from './categories.ts';
import type { QueuedComment, ShownComment } from './comments.ts';
import type { Web } from './dependencies.ts';
import type { MailedPost, Subscriber } from './newsletter.ts';
import type { Identity, OwnSession, Passkey, PersonalToken } from './own-account.ts';
import type { CachedPage } from './pages.ts';
import type { Invitation, Person } from './people.ts';
import type { DeletedPost, Post, PostInput } from './posts.ts';
import { type SiteSettings, untouched } from './site.ts';
import type { Webhook, WebhookDelivery } from './webhooks.ts';

export const colours: Category[] = [
  { id: 1, name: 'General', slug: 'general', color: '#8a4bb0', post_count: 2 },
  { id: 2, name: 'C#', slug: 'c-sharp', color: '#1d6fa5', post_count: 1 },
  { id: 3, name: '<b>Bold</b>', slug: 'bold', color: '#3C7A2A', post_count: 0 },
];

export const aComment = (parts: Partial<ShownComment> = {}): ShownComment => ({
  id: 7,
  parentId: null,
  isDeleted: false,
  isGuest: false,
  author: 'edna',
  content: 'Well *said*.',
  createdAt: '2026-06-05T10:00:00.000Z',
  isEdited: false,
  ...parts,
});

const tagOfComment = ({ id, content }: ShownComment): string => `"${id}-${content}"`;

const asQueued = ({ id, parentId, author, isGuest, content, createdAt }: ShownComment): QueuedComment => ({
  id,
  post_id: 1,
  parent_id: parentId,
  status: 'held',
  author,
  is_guest: isGuest,
  is_post_author: false,
  content,
  created_at: createdAt,
  edited_at: null,
  email: isGuest ? 'grace@example.org' : null,
  version: 3,
  reasons: ['first', 'links'],
  post: { slug: 'mine', title: 'Post 1' },
});

export const aPerson = (username: string, parts: Partial<Person> = {}): Person => ({
  id: 1,
  username,
  display_name: username,
  role: 'author',
  suspended: false,
  claimed: true,
  created_at: '2026-06-04T10:00:00.000Z',
  ...parts,
});

export const anInvitation = (parts: Partial<Invitation> = {}): Invitation => ({
  id: 7,
  role: 'author',
  name: 'Grace <b>',
  email: 'grace@example.org',
  invited_by: 'root',
  created_at: '2026-06-04T10:00:00.000Z',
  expires_at: '2026-06-11T10:00:00.000Z',
  ...parts,
});

export const aWebhook = (parts: Partial<Webhook> = {}): Webhook => ({
  id: 3,
  url: 'https://receiver.example/hook?<b>',
  events: ['dev.dormouse.post.published.v1'],
  created_at: '2026-06-04T10:00:00.000Z',
  enabled: true,
  disabled_at: null,
  disabled_reason: null,
  failing_since: null,
  old_secret_until: null,
  ...parts,
});

export const aDelivery = (parts: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  id: '01a22c39-f4bd-7a52-8a11-5c4f6b1d9e03',
  message_id: 'msg_01a22c39-f4bd-7a52-8a11-5c4f6b1d9e03',
  type: 'dev.dormouse.post.published.v1',
  state: 'failed',
  created_at: '2026-06-04T10:00:00.000Z',
  request: '{"type":"dev.dormouse.post.published.v1","data":{"title":"<b>"}}',
  attempts: [
    { at: '2026-06-04T10:00:01.000Z', duration_ms: 12, status: 500, error: null, answer: '<i>broken' },
    { at: '2026-06-04T10:00:00.000Z', duration_ms: 3, status: null, error: 'ECONNREFUSED', answer: null },
  ],
  ...parts,
});

/** A time to come makes a draft. */
const when = ({ status, published_at = null }: PostInput): Pick<Post, 'status' | 'published_at'> =>
  published_at && Date.parse(published_at) > startMs
    ? { status: 'draft', published_at }
    : { status, published_at: null };

let ids = 0;
const anOldVersion = {
  title: 'Old title',
  status: 'draft',
  editor: 'ada',
  created_at: '2026-11-28T12:00:00.000Z',
  autosaved: true,
} as const;

export function aPost(parts: Partial<Post> = {}): Post {
  const id = ++ids;
  const at = `2026-06-04T10:00:${String(id % 60).padStart(2, '0')}Z`;
  return {
    id,
    version: 1,
    title: `Post ${id}`,
    slug: `post-${id}`,
    author: 'ada',
    tags: [],
    byline: [],
    created_at: at,
    updated_at: at,
    excerpt: 'In short.',
    content: 'Some *text*.',
    status: 'published',
    kind: 'post',
    lang: null,
    cover: null,
    cover_alt: '',
    featured: false,
    summary: '',
    published_at: parts.status === 'draft' ? null : at,
    category: colours[0] as Category,
    ...parts,
  };
}

/** An access token's shape; nobody here checks signatures. */
export const accessToken = (name: string, exp: number, role = 'author'): string =>
  `h.${Buffer.from(JSON.stringify({ name, role, exp })).toString('base64url')}.s`;

export const startMs = Date.UTC(2026, 5, 10);

/** As it stands among the deleted ones, with a day and a half left. */
const asDeleted = ({ category, content: _content, summary: _summary, ...post }: Post): DeletedPost => ({
  ...post,
  category_name: category.name,
  deleted_at: new Date(startMs - 28.5 * 86_400_000).toISOString(),
  deleted_by: 'edna',
  restorable_until: new Date(startMs + 1.5 * 86_400_000).toISOString(),
});

export const aPreviewKey = 'k'.repeat(24);

/** What posts makes of an address and a summary. */
const told = (input: PostInput, before: Pick<Post, 'slug' | 'summary' | 'featured'>) => ({
  featured: input.featured ?? before.featured,
  slug: input.slug ?? before.slug,
  summary: input.summary ?? before.summary,
  ...(input.summary && { excerpt: input.summary }),
});

/** A world of fakes that remembers what was asked of it. Parts can be replaced. */
export function world(parts: Partial<Web> = {}) {
  const calls: unknown[][] = [];
  const later: (() => void)[] = [];
  const moved: Record<string, string> = {};
  let keys = 0;
  const stored: Post[] = [];
  const gone: Post[] = [];
  const previews = new Map<number, string>();
  const etag = ({ id, content, title }: Post) => `"${id}-${title.length}-${content.length}"`;
  const kept = new Map<string, CachedPage>();
  const said: ShownComment[] = [];
  let words: readonly string[] = ['casino'];
  const settings: SiteSettings = { ...untouched('authors'), version: 1, set_up: true };
  const settingsTag = () => `"${settings.version}-${settings.registration}"`;
  const persons: Person[] = [
    aPerson('ada', { display_name: 'Ada <i>' }),
    aPerson('edna', { role: 'editor', suspended: true }),
    aPerson('root', { role: 'admin' }),
  ];
  const open: Invitation[] = [];
  const subscribers: Subscriber[] = [];
  const mailed: MailedPost[] = [];
  const hooks: Webhook[] = [];
  const sent: WebhookDelivery[] = [];
  const hook = (id: number) => hooks.find((each) => each.id === id) ?? fail('not_found', 'There is no such webhook.');
  const profile: { display_name: string; bio: string | null; links: readonly string[]; picture: string | null } = {
    display_name: 'Ada <i>',
    bio: 'Writes <b>.\nSleeps.',
    links: ['https://social.example/@ada?a&b'],
    picture: null,
  };
  const names = new Map<string, string>();
  const faces = new Map<string, string>();
  const at = '2026-06-04T10:00:00.000Z';
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0';
  const ownSessions: OwnSession[] = [
    { id: 'one', current: true, agent: firefox, created_at: at, used_at: at, expires_at: at },
    { id: 'two', current: false, agent: null, created_at: at, used_at: at, expires_at: at },
  ];
  const identities: Identity[] = [
    { id: 'gh', provider: 'example', provider_name: 'Example', account: 'ada <i>', created_at: at, used_at: null },
    { id: 'old', provider: null, provider_name: 'gone.example', account: 'ada', created_at: at, used_at: at },
  ];
  const passkeys: Passkey[] = [{ id: 'pk', name: 'Laptop <i>', created_at: at, used_at: null }];
  const factor = { totp: false, recovery_codes: 0 };
  const personalTokens: PersonalToken[] = [
    { id: 'backup', name: 'Backup <i>', scopes: ['posts:read', 'x:y'], created_at: at, expires_at: at, used_at: null },
    { id: 'cli', name: 'Laptop', scopes: ['posts:write'], created_at: at, expires_at: at, used_at: at },
  ];
  const granted = (name: string): Granted => ({
    token: accessToken(
      name,
      startMs / 1000 + 900,
      name === 'root' ? 'admin' : name === 'edna' ? 'editor' : name === 'olga' ? 'operator' : 'author',
    ),
    expires_in: 900,
    refresh_token: `refresh.${name}`,
    refresh_expires_in: 86_400,
  });
  const visible = (post: Post, token?: string) =>
    post.status === 'published' || token === accessToken(post.author, startMs / 1000 + 900);
  const web: Web = {
    now: () => startMs,
    later: (work) => void later.push(work),
    newKey: () => `key-${++keys}`,
    search: {
      async find(query) {
        calls.push(['find', query]);
        if (query.q.length > 200) fail('invalid', 'Some fields are not acceptable.');
        const all = stored.filter(
          ({ status, kind, title }) => status === 'published' && kind === 'post' && title.includes(query.q),
        );
        const from = Number(query.after ?? 0);
        const posts = all.slice(from, from + query.limit).map(({ content: _content, version: _version, ...post }) => ({
          ...post,
          status: 'published' as const,
          kind: 'post' as const,
          published_at: post.created_at,
          highlight: 'In <mark>short</mark> &lt;b&gt;.',
        }));
        const next = from + query.limit;
        return {
          posts,
          ...(next < all.length && { next: String(next) }),
          ...(from === 0 && { count: String(all.length) }),
          ...(query.q.includes('wrnog') && { suggestion: query.q.replace('wrnog', 'wrong') }),
        };
      },
    },
    comments: {
      async of(postId, place) {
        calls.push(['commentsOf', postId, place]);
        const isThere = said.some(({ id, parentId }) => place === `${parentId ?? id}-${id}`);
        return {
          comments: said,
          count: said.filter(({ isDeleted }) => !isDeleted).length,
          ...(said.length > 3 && { next: '9-9' }),
          ...(place !== undefined && !isThere && { stray: true as const }),
        };
      },
      newest: async () =>
        said
          .filter(({ isDeleted }) => !isDeleted)
          .map((each) => ({ ...each, updatedAt: each.isEdited ? '2026-06-05T11:00:00.000Z' : each.createdAt }))
          .reverse(),
      counts: async (ids) => new Map(said.length > 0 ? ids.map((id) => [id, said.length]) : []),
    },
    commenting: {
      async write(postId, input, by, address) {
        calls.push(['comment', postId, input, by, address]);
        if (input.content.includes('refused')) fail('forbidden', 'You cannot comment here.');
        if (!by.token && !input.name)
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'name', message: 'must not be empty' }],
          });
        const isShown = !input.content.includes('http');
        const id = 70 + said.length;
        if (isShown)
          said.push(aComment({ id, author: input.name ?? 'ada', isGuest: !by.token, content: input.content }));
        return { id, isShown, token: by.token ? null : 'T'.repeat(32) };
      },
      async read(id) {
        const found = said.find((each) => each.id === id) ?? fail('not_found', 'There is no such comment.');
        const { email: _email, reasons: _reasons, post: _post, ...comment } = asQueued(found);
        return { comment: { ...comment, status: 'published' }, etag: tagOfComment(found) };
      },
      async change(id, content, by, read) {
        calls.push(['changeComment', id, content, by, read]);
        const found = said.find((each) => each.id === id);
        if (found && read?.etag !== tagOfComment(found))
          fail('precondition_failed', 'This comment was changed since you read it.');
        if (content === '')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'content', message: 'must not be empty' }],
          });
      },
      decide: async (id, status, token, read) => void calls.push(['decide', id, status, token, read]),
      remove: async (id, by, read) => void calls.push(['removeComment', id, by, read]),
      block: async (id, token) => void calls.push(['block', id, token]),
      own: async (after) => ({
        posts: after === 0 ? said.map(asQueued) : [],
        ...(after === 0 && said.length > 3 && { next: 1 }),
      }),
      async queue(status, after, token) {
        calls.push(['queue', status, after, token]);
        return { comments: said.map(asQueued), count: String(said.length), ...(said.length > 3 && { next: 'next' }) };
      },
      blocked: async () => [
        {
          id: 1,
          author: 'Grace <b>',
          kind: 'network' as const,
          blocked_by: 'edna',
          created_at: '2026-06-05T10:00:00.000Z',
        },
      ],
      unblock: async (id, token) => void calls.push(['unblock', id, token]),
      words: async () => words,
      async changeWords(changed, token) {
        calls.push(['changeWords', changed, token]);
        words = changed;
      },
    },
    posts: {
      async list(query, token) {
        calls.push(['list', query, token]);
        const all = stored.filter(
          (post) =>
            (query.status === 'all' || post.status === (query.status ?? 'published')) &&
            (!query.scheduled || String(post.published_at !== null) === query.scheduled) &&
            (query.kind ?? ((query.status ?? 'published') === 'published' ? 'post' : post.kind)) === post.kind &&
            (!query.category || post.category.slug === query.category) &&
            (!query.featured || String(post.featured) === query.featured) &&
            (!query.tag || post.tags.some((tag) => tagSlug(tag) === query.tag)) &&
            (!query.from || post.created_at >= query.from) &&
            (!query.until || post.created_at < query.until) &&
            (!query.author || post.author.toLowerCase() === query.author.toLowerCase()),
        );
        const at = (cursor: string) => all.findIndex(({ id }) => String(id) === cursor);
        const from = query.after
          ? at(query.after) + 1
          : query.before
            ? Math.max(0, at(query.before) - query.limit)
            : (query.offset ?? 0);
        const posts = all.slice(from, from + query.limit);
        const leading = query.first ? all.filter(({ featured }) => featured).slice(0, 3) : [];
        const others = posts.filter((post) => !leading.includes(post));
        return {
          posts: from === 0 ? [...leading, ...others] : others,
          ...(from + query.limit < all.length && { older: String(posts.at(-1)?.id) }),
          ...(from > 0 && { newer: String(posts[0]?.id) }),
        };
      },
      async counts({ author }, token) {
        calls.push(['counts', author, token]);
        const own = stored.filter((post) => !author || post.author === author);
        const count = (is: (post: Post) => boolean) => own.filter(is).length;
        return {
          all: own.length,
          drafts: count(({ status, published_at }) => status === 'draft' && published_at === null),
          scheduled: count(({ status, published_at }) => status === 'draft' && published_at !== null),
          published: count(({ status, kind }) => status === 'published' && kind === 'post'),
          pages: count(({ kind }) => kind === 'page'),
        };
      },
      async tags() {
        const tagged = Map.groupBy(
          stored.flatMap(({ tags }) => tags),
          tagSlug,
        );
        return [...tagged].map(([slug, names]) => ({ name: names[0] as string, slug, post_count: names.length }));
      },
      async neighbours(id) {
        calls.push(['neighbours', id]);
        const listed = stored.filter(({ status, kind }) => status === 'published' && kind === 'post');
        const index = listed.findIndex((post) => post.id === id);
        if (index === -1) fail('not_found', 'There is no such post.');
        const at = (place: number) => {
          const post = listed[place];
          return post ? { id: post.id, title: post.title, slug: post.slug, lang: post.lang } : null;
        };
        return { newer: at(index - 1), older: at(index + 1) };
      },
      async months(timeZone) {
        calls.push(['months', timeZone]);
        const listed = stored.filter(({ status, kind }) => status === 'published' && kind === 'post');
        const all = Map.groupBy(listed, ({ created_at }) => created_at.slice(0, 7));
        return [...all].map(([month, { length }]) => ({ month, post_count: length }));
      },
      async bySlug(slug, token) {
        calls.push(['bySlug', slug, token]);
        const post =
          stored.find((each) => each.slug === slug && visible(each, token)) ??
          fail('not_found', 'There is no such post.');
        return { post, etag: etag(post) };
      },
      async byPreview(key) {
        const post =
          stored.find(({ id }) => previews.get(id) === key) ?? fail('not_found', 'There is no such preview.');
        return { post, etag: etag(post) };
      },
      preview: async (id) => previews.get(id) ?? null,
      async makePreview(id, token) {
        calls.push(['makePreview', id, token]);
        previews.set(id, aPreviewKey);
      },
      async endPreview(id, token) {
        calls.push(['endPreview', id, token]);
        previews.delete(id);
      },
      async own(after, token) {
        calls.push(['own', after, token]);
        const rest = stored.filter(({ id, author }) => id > after && author === 'ada');
        return { posts: rest.slice(0, 2), ...(rest.length > 2 && { next: rest[1]!.id }) };
      },
      async create(input, key, token) {
        calls.push(['create', input, key, token]);
        const post = aPost({
          ...input,
          ...when(input),
          tags: input.tags ?? [],
          kind: input.kind ?? 'post',
          lang: input.lang ?? null,
          cover: input.cover ?? null,
          cover_alt: input.cover_alt ?? '',
          ...told(input, { slug: 'new-post', summary: '', featured: false }),
        });
        stored.unshift(post);
        return { post, etag: etag(post) };
      },
      async update(id, input, given, token, isAutosave) {
        calls.push(['update', id, input, given, token, isAutosave]);
        const index = stored.findIndex((post) => post.id === id);
        const post = stored[index] ?? fail('not_found', 'There is no such post.');
        if (given !== etag(post)) fail('precondition_failed', 'The post was changed meanwhile.');
        const changed = {
          ...post,
          ...input,
          ...when(input),
          tags: input.tags ?? post.tags,
          kind: input.kind ?? post.kind,
          lang: input.lang === undefined ? post.lang : input.lang,
          cover: input.cover === undefined ? post.cover : input.cover,
          cover_alt: input.cover_alt ?? post.cover_alt,
          ...told(input, post),
        };
        stored[index] = changed;
        return { post: changed, etag: etag(changed) };
      },
      async remove(id, given, token) {
        calls.push(['remove', id, given, token]);
        const [removed] = stored.splice(
          stored.findIndex((post) => post.id === id),
          1,
        );
        if (removed) gone.unshift(removed);
      },
      async deleted(after, token) {
        calls.push(['deleted', after, token]);
        return { posts: gone.map((post) => asDeleted(post)), ...(after === undefined && { older: 'older' }) };
      },
      async ownDeleted(after, token) {
        calls.push(['ownDeleted', after, token]);
        return { posts: gone.map((post) => ({ ...asDeleted(post), content: post.content, summary: post.summary })) };
      },
      async restore(id, token) {
        calls.push(['restore', id, token]);
        const post = gone.find((each) => each.id === id) ?? fail('not_found', 'There is no such deleted post.');
        gone.splice(gone.indexOf(post), 1);
        stored.unshift(post);
        return post;
      },
      async forget(id, token) {
        calls.push(['forget', id, token]);
        const index = gone.findIndex((each) => each.id === id);
        if (index === -1) fail('not_found', 'There is no such deleted post.');
        gone.splice(index, 1);
      },
      async revisions(id, token) {
        calls.push(['revisions', id, token]);
        return [2, 1].map((version) => ({ ...anOldVersion, version }));
      },
      async revision(id, version, token) {
        calls.push(['revision', id, version, token]);
        return { ...anOldVersion, version, content: 'It was *another* text.' };
      },
    },
    categories: {
      all: async () => colours,
      movedTo: async (slug) => (slug === 'csharp' ? 'c-sharp' : fail('not_found', 'There is no such category.')),
    },
    accounts: {
      async logIn(username, password, address, _agent, code) {
        calls.push(['logIn', username, address]);
        if (username === 'holly' && password === 'right' && code !== '123456')
          fail('unauthorized', 'A code of your second factor is needed.', {
            errors: [{ field: 'code', message: 'is needed: this account has a second factor' }],
          });
        return password === 'right' ? granted(username) : fail('unauthorized', 'User name or password is wrong.');
      },
      async refresh(token) {
        calls.push(['refresh', token]);
        return token.startsWith('refresh.') ? granted(token.slice(8)) : fail('unauthorized', 'This log-in has ended.');
      },
      logOut: async (token) => void calls.push(['logOut', token]),
      register: async (input) => void calls.push(['register', input]),
      async changePassword(change, token, address) {
        calls.push(['changePassword', change, token, address]);
        if (change.current_password !== 'right')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'current_password', message: 'is not your password' }],
          });
      },
      claim: async (claim) => {
        calls.push(['claim', claim]);
        return 'ada';
      },
      async lookUpProof(ticket, address) {
        calls.push(['lookUpProof', ticket, address]);
        if (!['new', 'known', 'factor', 'link'].includes(ticket)) fail('not_found', 'This log-in has ended.');
        return {
          provider: 'Example',
          account: 'ada <i>',
          known: ticket === 'known' || ticket === 'factor',
          linking: ticket === 'link',
          next: '/blog/mine',
          suggestion: { username: 'ada', display_name: 'Ada <i>', email: null },
        };
      },
      async logInByProof(ticket, address, _agent, code) {
        calls.push(['logInByProof', ticket, code, address]);
        if (ticket === 'factor' && code !== '123456')
          fail('unauthorized', 'A code of your second factor is needed.', {
            errors: [{ field: 'code', message: 'is not right, or was used before' }],
          });
        return granted('ada');
      },
      async logInByPasskey(ticket, response) {
        calls.push(['logInByPasskey', ticket, response]);
        if (ticket !== 'asked') fail('forbidden', 'The passkey is not known here, or what it answered proves nothing.');
        return granted('ada');
      },
      async registerByProof(ticket, account) {
        calls.push(['registerByProof', ticket, account]);
        if (account.username === 'taken')
          fail('conflict', 'This user name is taken.', { errors: [{ field: 'username', message: 'is taken' }] });
        return granted(account.username);
      },
      requestPasswordReset: async (email) => void calls.push(['requestPasswordReset', email]),
      async completePasswordReset(token, password) {
        calls.push(['completePasswordReset', token, password]);
        return token === 'good' ? 'ada' : fail('not_found', 'This link is not valid any more. Ask for a new one.');
      },
      async requestLogInLink(email) {
        calls.push(['requestLogInLink', email]);
        return 'this-browser';
      },
      async logInByLink({ token, browser, code }) {
        calls.push(['logInByLink', token, browser]);
        if (token === 'holly' && code !== '123456')
          fail('unauthorized', 'A code of your second factor is needed.', {
            errors: [{ field: 'code', message: 'is needed: this account has a second factor' }],
          });
        return browser === 'this-browser'
          ? granted(token)
          : fail('unauthorized', 'This link is not valid any more, or was asked for by another browser.');
      },
      requestEmailVerification: async (token) => void calls.push(['requestEmailVerification', token]),
      async requestEmailChange(email, password, token) {
        calls.push(['requestEmailChange', email, password, token]);
        if (password === 'wrong')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'current_password', message: 'is not your password' }],
          });
      },
      dropEmailChange: async (token) => void calls.push(['dropEmailChange', token]),
      async endCommentMails(link) {
        calls.push(['endCommentMails', link]);
        if (link !== 'good') fail('not_found', 'This link is not valid any more. Ask for a new one.');
      },
      async verifyEmail(link) {
        calls.push(['verifyEmail', link]);
        if (link !== 'good') fail('not_found', 'This link is not valid any more. Ask for a new one.');
      },
    },
    providers: [],
    ownAccount: {
      setCommentMails: async (wanted, token) => void calls.push(['setCommentMails', wanted, token]),
      read: async (token) => ({
        id: 1,
        username: String(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).name),
        email: 'ada@example.org',
        email_verified: false,
        new_email: null,
        comment_mails: true,
        role: 'author',
        has_password: token !== accessToken('nopass', startMs / 1000 + 900),
        created_at: '2026-06-04T10:00:00.000Z',
        ...profile,
      }),
      async changeProfile(change, token) {
        calls.push(['changeProfile', change, token]);
        if ((change.bio ?? '').length > 500)
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'bio', message: 'must have at most 500 characters' }],
          });
        const wrong = (change.links ?? []).findIndex((link) => !link.startsWith('https://'));
        if (wrong >= 0)
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: `links.${wrong}`, message: 'must be an address such as https://example.org/me' }],
          });
        Object.assign(profile, change);
      },
      async export(token) {
        return {
          account: await this.read(token),
          sessions: ownSessions,
          personal_tokens: personalTokens,
          identities,
          passkeys,
          invitations: open,
        };
      },
      sessions: async () => ownSessions,
      async endSession(id, token) {
        calls.push(['endSession', id, token]);
        const index = ownSessions.findIndex((each) => each.id === id);
        if (index === -1) fail('not_found', 'There is no such session.');
        ownSessions.splice(index, 1);
      },
      identities: async () => identities,
      async linkIdentity(ticket, password, token) {
        calls.push(['linkIdentity', ticket, password, token]);
        if (password === 'wrong')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'password', message: 'is not your password' }],
          });
        if (ticket === 'known') fail('conflict', 'It belongs to an account here already.');
      },
      async unlinkIdentity(id, password, token) {
        calls.push(['unlinkIdentity', id, password, token]);
        if (identities.length === 1) fail('conflict', 'It is the last way into your account. Set a password first.');
        identities.splice(0, 1);
      },
      passkeys: async () => passkeys,
      async offerPasskey(password) {
        if (password !== undefined && password !== 'right')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'password', message: 'is not your password' }],
          });
        return { ticket: 'offered', options: { challenge: 'AAAA', rp: { id: 'blog.test', name: '<i>' } } };
      },
      async addPasskey(...what) {
        calls.push(['addPasskey', ...what]);
        if (what[0] !== 'offered') fail('not_found', 'That took too long, or was done already. Begin again.');
      },
      async renamePasskey(id, name) {
        passkeys.find((each) => each.id === id)!.name = name;
      },
      async removePasskey(id, password) {
        calls.push(['removePasskey', id, password]);
        if (password === 'wrong')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'password', message: 'is not your password' }],
          });
        passkeys.splice(0);
      },
      secondFactor: async () => factor,
      async offerTotp(password) {
        if (password !== undefined && password !== 'right')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'password', message: 'is not your password' }],
          });
        return { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Dormouse:ada?secret=JBSWY3DPEHPK3PXP' };
      },
      async confirmTotp(code) {
        if (code !== '123456')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'code', message: 'is not the one that your app shows now' }],
          });
        Object.assign(factor, { totp: true, recovery_codes: 1 });
        return ['2345-6789-abcd-efgh'];
      },
      async dropTotp(password, code) {
        calls.push(['dropTotp', password, code]);
        Object.assign(factor, { totp: false, recovery_codes: 0 });
      },
      tokens: async () => personalTokens,
      async makeToken(input, token) {
        calls.push(['makeToken', input, token]);
        const errors = [
          ...(input.scopes.length === 0 ? [{ field: 'scopes', message: 'must name at least one scope' }] : []),
          ...((input.expires_in ?? 0) > 366 * 86_400 ? [{ field: 'expires_in', message: 'must be at most 1' }] : []),
        ];
        if (errors.length > 0) fail('invalid', 'Some fields are not acceptable.', { errors });
        return `dormouse_pat_${'s'.repeat(43)}`;
      },
      async revokeToken(id, token) {
        calls.push(['revokeToken', id, token]);
        if (!personalTokens.some((each) => each.id === id)) fail('not_found', 'There is no such token.');
      },
      async remove(password, token, address) {
        calls.push(['removeAccount', token, address]);
        if (password !== 'right')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'current_password', message: 'is not your password' }],
          });
      },
    },
    people: {
      async profile(name) {
        if (name.toLowerCase() !== 'ada') return undefined;
        return { id: 1, username: 'ada', created_at: '2026-06-04T10:00:00.000Z', ...profile };
      },
      async list(after, token) {
        calls.push(['people', after, token]);
        const rest = persons.filter(({ username }) => username > (after ?? ''));
        const shown = rest.slice(0, 2);
        return { people: shown, ...(rest.length > 2 && { next: shown[1]!.username }) };
      },
      async change(name, change, token) {
        calls.push(['changePerson', name, change, token]);
        const person = persons.find(({ username }) => username === name) ?? fail('not_found', 'There is no such user.');
        if (person.username === 'root') fail('conflict', 'This is the last administrator of the blog.');
        Object.assign(person, change);
      },
      invitations: async () => ({
        roles: ['reader', 'author', 'editor'],
        invitations: open,
      }),
      async invite(input, token) {
        calls.push(['invite', input, token]);
        if (input.days === 99)
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'days', message: 'must be at most 30' }],
          });
        const made = anInvitation({ role: input.role, name: input.name ?? null, email: input.email ?? null });
        open.unshift(made);
        return { ...made, code: 'secret-code' };
      },
      async revoke(id, token) {
        calls.push(['revoke', id, token]);
        const index = open.findIndex((each) => each.id === id);
        if (index === -1) fail('not_found', 'There is no such invitation.');
        open.splice(index, 1);
      },
      async lookUp(code, address) {
        calls.push(['lookUp', code, address]);
        return code === 'good' ? anInvitation() : fail('not_found', 'This invitation is not valid any more.');
      },
    },
    webhooks: {
      list: async () => hooks,
      get: async (id) => hook(id),
      async create(input, token) {
        calls.push(['createWebhook', input, token]);
        if (input.url.includes('127.0.0.1'))
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'url', message: 'must lead to a public address' }],
          });
        hooks.push(aWebhook({ id: 4, ...input }));
        return { id: 4, secret: 'whsec_made' };
      },
      async change(id, change, token) {
        calls.push(['changeWebhook', id, change, token]);
        if (change.events?.length === 0)
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'events', message: 'must have at least one type' }],
          });
        Object.assign(hook(id), change);
      },
      async remove(id, token) {
        calls.push(['removeWebhook', id, token]);
        hooks.splice(hooks.indexOf(hook(id)), 1);
      },
      async rotate(id, token) {
        calls.push(['rotateWebhook', id, token]);
        return 'whsec_other';
      },
      test: async (id, token) => void calls.push(['testWebhook', id, token]),
      deliveries: async (_, after) => ({ deliveries: sent, ...(sent.length > 1 && !after && { next: 'older' }) }),
      resend: async (id, delivery, token) => void calls.push(['resend', id, delivery, token]),
    },
    newsletter: {
      async subscribe(subscription, address) {
        calls.push(['subscribe', subscription, address]);
        if (!subscription.email.includes('@'))
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [{ field: 'email', message: 'must be an e-mail address' }],
          });
      },
      async confirm(token) {
        calls.push(['confirm', token]);
        if (token !== 'good') fail('not_found', 'This link is not valid any more. Subscribe again.');
      },
      unsubscribe: async (token) => void calls.push(['unsubscribe', token]),
      own: async () => subscribers.slice(0, 1),
      settings: async () => ({ mails_posts: settings.newsletter === true, confirmed: 2, pending: 1, paused: 1 }),
      async changeSettings(mailsPosts, token) {
        calls.push(['changeNewsletter', mailsPosts, token]);
      },
      subscribers: async (after) => ({ subscribers, ...(subscribers.length > 0 && !after && { next: 'next' }) }),
      exported: async () => new Response('"email"\r\n').body as ReadableStream<Uint8Array>,
      remove: async (id, token) => void calls.push(['removeSubscriber', id, token]),
      posts: async () => mailed,
      post: async (id) => mailed.find((each) => each.post_id === id) ?? null,
      choose: async (id, isMailed, token) => void calls.push(['choose', id, isMailed, token]),
    },
    site: {
      current: async () => ({ ...settings }),
      purge: async () => void calls.push(['purge', 'site']),
    },
    blogSettings: {
      read: async () => ({ settings: { ...settings }, etag: settingsTag() }),
      async change(change, given, token) {
        calls.push(['changeSettings', change, given, token]);
        if (given !== settingsTag()) fail('precondition_failed', 'The settings were changed since you read them.');
        if (change.accent === '#ffcc00')
          fail('invalid', 'Some fields are not acceptable.', {
            errors: [
              { field: 'accent', message: 'has a contrast of only 1.4 : 1' },
              { field: 'navigation.1.href', message: 'must be a path' },
            ],
          });
        Object.assign(settings, change, { version: settings.version + 1 });
      },
      async setUp(input, address) {
        calls.push(['setUp', input, address]);
        if (settings.set_up) fail('conflict', 'This blog is set up already.');
        if (input.code !== 'good') fail('not_found', 'This code is not valid any more.');
        const { title, language = 'en', registration } = input;
        Object.assign(settings, { title, language, registration, version: 1, set_up: true });
        return input.username;
      },
    },
    pages: {
      async get(key, load) {
        const page = kept.get(key) ?? (await load());
        kept.set(key, page);
        return page;
      },
      async purge(...names) {
        calls.push(['purge', ...names]);
        kept.clear();
      },
    },
    displayNames: {
      async of(asked) {
        const all = new Set(asked);
        const person = (username: string) => {
          const [name, picture] = [names.get(username), faces.get(username)];
          return { ...(name !== undefined && { name }), ...(picture !== undefined && { picture }) };
        };
        return new Map(
          [...names.keys(), ...faces.keys()].filter((name) => all.has(name)).map((name) => [name, person(name)]),
        );
      },
    },
    redirects: { slugAt: async (path) => moved[path] },
    articles: articles({ get: (_, load) => load() }, 'test'),
    pictures: {
      show: async (html) => ({ html, colors: [], complete: true, named: [], pending: false }),
      ready: async () => ({ pictures: new Map(), complete: true }),
      upload: async () => fail('unavailable', 'Nobody takes pictures here.'),
    },
    postPictures: { of: async () => new Map() },
    media: { read: async () => undefined, has: async () => false, write: async () => {} },
    tokens: fakeTokens,
    feedAuthority: 'blog.example,2026',
    hubs: { urls: [], changed: () => {} },
    log: { warn: () => {} },
    ...parts,
  };
  return {
    app: createApp(web),
    web,
    calls,
    stored,
    gone,
    kept,
    said,
    later,
    etag,
    settings,
    moved,
    persons,
    open,
    hooks,
    sent,
    subscribers,
    mailed,
    profile,
    names,
    faces,
    ownSessions,
    did: (name: string) => calls.filter(([what]) => what === name),
  };
}

/** Tokens are their own names: `importer` may import, `ada` may not. */
const fakeTokens: Tokens = {
  verify: async (token) =>
    token === 'importer' || token === 'ada'
      ? { id: 1, name: token, role: 'admin', scopes: token === 'importer' ? ['import'] : [], jti: 'j', exp: 0, token }
      : fail('unauthorized', 'The token is not valid.'),
};

type App = ReturnType<typeof createApp>;
/** Headers in the place of a browser's own; undefined leaves one out. */
type Sent = Readonly<Record<string, string | undefined>>;

/** A browser without scripts: keeps cookies, fills in the forms that it was shown. */
export function browser(app: App, origin = 'http://blog.test') {
  const cookies = new Map<string, string>();
  let page = '';
  const send = async (path: string, init: { method?: string; headers?: Sent; body?: string | FormData } = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = new URL(path, origin);
    // As behind the ingress, which rewrites the authority.
    const headers = {
      host: 'web.dormouse.svc.cluster.local',
      'x-forwarded-host': url.host,
      accept: 'text/html',
      ...(cookie && { cookie }),
      ...init.headers,
    };
    const sent = Object.entries(headers).filter((field): field is [string, string] => field[1] !== undefined);
    const response = await app.request(url.href, { ...init, headers: sent });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) as unknown as [string, string, string];
      if (/Max-Age=0(;|$)/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    page = await response.clone().text();
    return response;
  };
  const hidden = () =>
    Object.fromEntries(
      Array.from(page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g), ([, name, value]) => [
        name,
        unescapeHtml(value as string),
      ]),
    );
  return {
    cookies,
    send,
    get: (path: string, headers: Sent = {}) => send(path, { headers }),
    /** Sends the form of the page shown last, with what is typed into it. */
    submit: (path: string, typed: Record<string, string> = {}, headers: Sent = {}) =>
      send(path, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        body: new URLSearchParams({ ...hidden(), ...typed } as Record<string, string>).toString(),
      }),
    /** The same with files, as a form that brings them is sent. */
    submitFile: (path: string, typed: Record<string, string>, files: Record<string, Blob> = {}, headers: Sent = {}) => {
      const body = new FormData();
      for (const [name, value] of Object.entries({ ...hidden(), ...typed })) body.set(name, value as string);
      for (const [name, file] of Object.entries(files)) body.set(name, file, 'file.jpg');
      return send(path, { method: 'POST', headers: { origin, 'sec-fetch-site': 'same-origin', ...headers }, body });
    },
    async logIn(name = 'ada') {
      await send('/blog/login');
      return this.submit('/blog/login', { username: name, password: 'right' });
    },
    /** The page shown last. */
    text: () => page,
    /** Value of a text area or input of the page shown last. */
    value: (name: string) => {
      const area = new RegExp(`<textarea id="${name}"[^>]*>\\n([\\s\\S]*?)</textarea>`).exec(page)?.[1];
      const input = new RegExp(`<input id="${name}"[^>]* value="([^"]*)"`).exec(page)?.[1];
      const text = area ?? input ?? hidden()[name];
      return text === undefined ? undefined : unescapeHtml(text);
    },
  };
}

export const unescapeHtml = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** Fails the first time it is called with `code`, then does what `after` does. */
export const failingOnce = <A extends unknown[], R>(error: AppError, after: (...args: A) => Promise<R>) => {
  let failed = false;
  return async (...args: A): Promise<R> => {
    if (failed) return after(...args);
    failed = true;
    throw error;
  };
};
