import { day } from './dates.ts';
import type { Provider } from './dependencies.ts';
import { type Html, markup, none } from './html.ts';
import type { Identity } from './own-account.ts';
import type { SiteSettings } from './site.ts';
import type { Words } from './words-en.ts';

interface Shown {
  site: SiteSettings;
  identities: readonly Identity[];
  providers: readonly Provider[];
  words: Words;
}

/** The accounts at providers by which somebody logs in, and linking others; nothing where there are neither. */
export function identitySection({ site, identities, providers, words }: Shown): Html {
  if (identities.length === 0 && providers.length === 0) return none;
  const t = words.providers;
  return markup`<section><h2 id="identities">${t.title}</h2>
<p class="muted">${t.about}</p>
${identities.length > 0 ? markup`<ul class="rows" aria-labelledby="identities">${identities.map((each) => row(each, site, words))}</ul>` : none}
${providers.length > 0 ? markup`<p class="actions">${providers.map(({ name, label }) => markup`<a class="button quiet" href="/api/oauth/${name}?link=yes">${t.link(label)}</a> `)}</p>` : none}
</section>`;
}

const row = ({ id, provider_name, account, created_at, used_at }: Identity, site: SiteSettings, words: Words): Html =>
  markup`<li><p><b>${provider_name}</b> <span dir="auto">${account}</span>
<span class="muted">${words.providers.dates(day(created_at, site), used_at === null ? undefined : day(used_at, site))}</span></p>
<p><a class="button quiet" href="/blog/account/identities/${id}/unlink">${words.providers.unlink(provider_name, account)}</a></p></li>
`;
