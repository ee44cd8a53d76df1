import { callService } from '@dormouse/runtime/client';
import { variable } from '@dormouse/runtime/config';
import { request } from '@dormouse/runtime/http';
import { serve } from '@dormouse/runtime/serve';
import { signInProviders } from '@dormouse/runtime/sign-in-providers';
import { accountsAt } from './accounts.ts';
import { createApp } from './app.ts';
import { articles } from './articles.ts';
import { blogSettingsAt, type Settings } from './blog-settings.ts';
import { categoriesAt } from './categories.ts';
import { commentingAt, shownCommentsIn } from './comments.ts';
import { defaultAuthority, feedAuthority } from './feed-authority.ts';
import { formLimit, pictureFormLimit } from './form.ts';
import { hubsOf } from './hubs.ts';
import { mediaIn, mediaLimit } from './media.ts';
import { displayNamesIn } from './names.ts';
import { newsletterAt } from './newsletter.ts';
import { owedPurgesIn } from './owed-purges.ts';
import { ownAccountAt } from './own-account.ts';
import type { CachedPage } from './pages.ts';
import { peopleAt } from './people.ts';
import { picturesAt } from './pictures.ts';
import { postPicturesIn } from './post-pictures.ts';
import { postsAt } from './posts.ts';
import { redirectsIn } from './redirects.ts';
import { searchAt } from './search.ts';
import { sharedCacheAt } from './shared-cache.ts';
import { type KnownSettings, settingsIn, siteOf, untouched } from './site.ts';
import { webhooksAt } from './webhooks.ts';

/** UTF-16 units of all pages, and of all articles, that are kept in this process. */
const maxKeptLength = 4 * 1024 * 1024;

await serve(
  'web',
  ({ config, cache, tokens, sql, log }) => {
    const { posts, categories, auth, media, search, comments, webhooks, newsletter } = config.urls;
    if (!posts || !categories || !auth || !media || !search || !comments || !webhooks || !newsletter)
      throw new Error(
        'POSTS_URL, CATEGORIES_URL, AUTH_URL, MEDIA_URL, SEARCH_URL, COMMENTS_URL, WEBHOOKS_URL and NEWSLETTER_URL must say where the other functions are',
      );
    const registration = variable('REGISTRATION', 'authors') as Settings['registration'];
    const site = siteOf({
      read: settingsIn(sql, registration),
      cache: cache<KnownSettings>({ name: 'blog', ttlMs: 60_000, max: 1 }),
      first: untouched(registration),
      log,
    });
    // Whatever is asked for first needs them: the connection is made while other functions wake.
    void site.current();
    return createApp({
      site,
      redirects: redirectsIn(sql, log),
      blogSettings: blogSettingsAt(auth, callService, config.clientAddressHeader, config.clientProof),
      posts: postsAt(posts, callService),
      categories: categoriesAt(categories, callService),
      search: searchAt(search, callService),
      comments: shownCommentsIn(sql, log),
      commenting: commentingAt(comments, callService, config.clientAddressHeader, config.clientProof),
      webhooks: webhooksAt(webhooks, callService),
      newsletter: newsletterAt(newsletter, callService, config.clientAddressHeader, config.clientProof),
      providers: signInProviders(variable('OAUTH_PROVIDERS', '')),
      accounts: accountsAt(auth, callService, config.clientAddressHeader, config.clientProof),
      ownAccount: ownAccountAt(auth, callService, config.clientAddressHeader, config.clientProof),
      people: peopleAt(auth, callService, config.clientAddressHeader, config.clientProof),
      displayNames: displayNamesIn(sql, log),
      pages: cache<CachedPage>({
        name: 'pages',
        ttlMs: 60_000,
        max: 500,
        lengthOf: ({ body }) => body.length,
        maxLength: maxKeptLength,
      }),
      articles: articles(
        cache<string>({
          name: 'articles',
          ttlMs: 86_400_000,
          max: 50,
          lengthOf: ({ length }) => length,
          maxLength: maxKeptLength,
        }),
        config.version,
      ),
      pictures: picturesAt(media, callService),
      postPictures: postPicturesIn(sql, log),
      media: mediaIn(variable('MEDIA_DIR')),
      tokens,
      feedAuthority: feedAuthority(variable('FEED_AUTHORITY', defaultAuthority)),
      sharedCache:
        config.purgeUrl && config.purgeForm
          ? sharedCacheAt({
              url: config.purgeUrl,
              form: config.purgeForm,
              token: variable('PURGE_TOKEN', ''),
              request,
            })
          : undefined,
      owedPurges: owedPurgesIn(sql),
      log,
      hubs: hubsOf({ text: variable('WEBSUB_HUBS', ''), publicUrl: config.publicUrl, request, log }),
    });
  },
  {
    readyWithoutDatabase: true,
    bodyLimit: (method, path) =>
      method === 'PUT' ? mediaLimit : path === '/blog/new' || path.endsWith('/edit') ? pictureFormLimit : formLimit,
    // Eight pictures of an import at a time.
    bodiesLimit: 8 * mediaLimit,
  },
);
