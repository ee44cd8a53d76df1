import { dateAndTime, day } from './dates.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { MailedPost, NewsletterSettings, Subscriber, SubscriberList } from './newsletter.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

interface Page {
  site: SiteSettings;
  viewer: Viewer;
  problem?: FormProblem | undefined;
}

/** The page of readers on which they subscribe; a form that came back. */
export function subscribePage({ site, viewer, problem, email }: Page & { email: string }): string {
  const words = wordsOf(site.language);
  const { newsletter } = words;
  const said = saidIn(words, problem);
  return card({ site, viewer }, newsletter.subscribe, said, {
    action: '/blog/newsletter',
    intro: site.newsletter ? newsletter.about : newsletter.closed,
    fields: field(
      { name: 'email', label: newsletter.email, type: 'email', value: email, autocomplete: 'email', focus: true },
      said,
    ),
    button: newsletter.subscribeButton,
  });
}

/** The page behind the link of a question: by a button, since programs that look at mails follow links. */
export function confirmPage({ site, viewer, problem, token }: Page & { token: string }): string {
  const words = wordsOf(site.language);
  const { newsletter } = words;
  return card({ site, viewer }, newsletter.confirm, saidIn(words, problem), {
    action: '/blog/newsletter/confirm',
    intro: newsletter.confirmText(site.title),
    fields: hiddenField('token', token),
    button: newsletter.confirmButton,
  });
}

/** The page behind the link that each mail has. Mail programs send what its button sends (RFC 8058). */
export function unsubscribePage({ site, viewer, problem, token }: Page & { token: string }): string {
  const words = wordsOf(site.language);
  const { newsletter } = words;
  return card({ site, viewer }, newsletter.unsubscribe, saidIn(words, problem), {
    action: `/blog/newsletter/unsubscribe?token=${encodeURIComponent(token)}`,
    intro: newsletter.unsubscribeText(site.title),
    fields: hiddenField('List-Unsubscribe', 'One-Click'),
    button: newsletter.unsubscribeButton,
  });
}

interface Card {
  action: string;
  intro: string;
  fields: Html;
  button: string;
}

const card = (
  { site, viewer }: Page,
  title: string,
  problem: SaidProblem | undefined,
  { action, intro, fields, button }: Card,
): string =>
  layout({
    site,
    title: problem ? wordsOf(site.language).problems.title(title) : title,
    viewer,
    main: markup`<div class="card">
<h1>${title}</h1>
<p class="muted">${intro}</p>
${alert(problem)}
<form method="post" action="${action}">
${fields}
<p class="actions"><button class="button">${button}</button></p>
</form>
</div>`,
  });

export interface SubscribersPage extends Page {
  settings: NewsletterSettings;
  posts: readonly MailedPost[];
  /** For administrators. */
  list?: SubscriberList | undefined;
  notice?: keyof Words['newsletter']['notices'] | undefined;
}

const path = '/blog/newsletter/subscribers';

/** The page on which editors decide whether posts are sent, and administrators see to whom. */
export function subscribersPage({ site, viewer, problem, settings, posts, list, notice }: SubscribersPage): string {
  const words = wordsOf(site.language);
  const { newsletter } = words;
  const said = saidIn(words, problem);
  const csrf = hiddenField('csrf', viewer.csrf);
  return layout({
    site,
    title: said ? words.problems.title(newsletter.title) : newsletter.title,
    viewer,
    current: 'newsletter',
    main: markup`<div class="editor people">
<h1 class="small">${newsletter.title}</h1>
${notice && !said ? markup`<p class="notice" role="status">${newsletter.notices[notice]}</p>` : none}
${alert(said)}
<form method="post" action="${path}/settings">
${csrf}${hiddenField('mails_posts', settings.mails_posts ? 'no' : 'yes')}
<p>${settings.mails_posts ? newsletter.on : newsletter.off}</p>
<p class="muted">${newsletter.counts(settings)}</p>
<p class="actions"><button class="button">${settings.mails_posts ? newsletter.turnOff : newsletter.turnOn}</button></p>
</form>
<section><h2 id="mailed">${newsletter.mailed}</h2>
${posts.length > 0 ? markup`<ul class="rows" aria-labelledby="mailed">${posts.map((each) => postRow(each, { site, viewer }, words))}</ul>` : markup`<p class="muted">${newsletter.nothing}</p>`}
</section>
${list ? subscriberList(list, { site, viewer }, words) : none}
</div>`,
  });
}

const postRow = (post: MailedPost, { site, viewer }: Page, { newsletter }: Words): Html =>
  markup`<li><p><b dir="auto">${post.title ?? newsletter.postOf(post.post_id)}</b></p>
<p class="muted">${newsletter.states[post.state]}${post.started_at ? markup` · ${dateAndTime(post.started_at, site)} · ${newsletter.progress(post)}` : none}</p>
${post.state === 'waiting' ? markup`<form method="post" action="${path}/posts/${post.post_id}">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">${newsletter.leaveOut}</button></form>` : none}</li>`;

const subscriberList = ({ subscribers, next }: SubscriberList, page: Page, words: Words): Html => {
  const { newsletter } = words;
  return markup`<section><h2 id="subscribers">${newsletter.subscribers}</h2>
${subscribers.length > 0 ? markup`<p><a href="${path}/export">${newsletter.exported}</a></p>\n<ul class="rows" aria-labelledby="subscribers">${subscribers.map((each) => subscriberRow(each, page, newsletter))}</ul>` : markup`<p class="muted">${newsletter.nobody}</p>`}
${next ? markup`<nav class="pagination" aria-label="${newsletter.more}"><a rel="next" href="${path}?after=${encodeURIComponent(next)}">${newsletter.more} <span aria-hidden="true">→</span></a></nav>` : none}
</section>`;
};

const subscriberRow = (each: Subscriber, { site, viewer }: Page, newsletter: Words['newsletter']): Html =>
  markup`<li><p><b>${each.email}</b></p>
<p class="muted">${newsletter.subscriberStates[each.state]} · ${day(each.confirmed_at ?? each.requested_at, site)}${each.bounces > 0 ? markup` · ${newsletter.bounced(each.bounces, each.bounce ?? '')}` : none}</p>
<form method="post" action="${path}/${each.id}/remove">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">${newsletter.remove(each.email)}</button></form></li>`;
