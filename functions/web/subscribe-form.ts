import { type Html, markup } from './html.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/**
 * The field below posts and lists by which readers subscribe. It has no token: pages that are kept for everybody show it, and who sends it for
 * somebody else has that address asked, which is all that anybody can do.
 */
export function subscribeForm(site: Pick<SiteSettings, 'language'>): Html {
  const { newsletter } = wordsOf(site.language);
  return markup`<form class="subscribe" method="post" action="/blog/newsletter" aria-labelledby="subscribe-title">
<p id="subscribe-title">${newsletter.subscribe}</p>
<label class="hidden" for="subscribe-email">${newsletter.email}</label><input id="subscribe-email" name="email" type="email" required maxlength="254" autocomplete="email" placeholder="${newsletter.email}">
<span class="website" aria-hidden="true"><label for="subscribe-website">${newsletter.website}</label> <input id="subscribe-website" name="website" type="text" tabindex="-1" autocomplete="off"></span>
<button class="button quiet">${newsletter.subscribeButton}</button>
</form>
`;
}
