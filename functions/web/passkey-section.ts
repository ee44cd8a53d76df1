import { day } from './dates.ts';
import { type Html, markup, none } from './html.ts';
import type { Passkey } from './own-account.ts';
import type { SiteSettings } from './site.ts';
import type { Words } from './words-en.ts';

interface Shown {
  site: SiteSettings;
  passkeys: readonly Passkey[];
  words: Words;
}

/** The passkeys of an account, and the way to another. */
export function passkeySection({ site, passkeys, words }: Shown): Html {
  const t = words.passkeys;
  return markup`<section><h2 id="passkeys">${t.title}</h2>
<p class="muted">${t.about}</p>
${passkeys.length > 0 ? markup`<ul class="rows" aria-labelledby="passkeys">${passkeys.map((each) => row(each, site, words))}</ul>` : none}
<p class="actions"><a class="button quiet" href="/blog/account/passkeys/new">${t.make}</a></p>
</section>`;
}

const row = ({ id, name, created_at, used_at }: Passkey, site: SiteSettings, { passkeys: t, providers }: Words): Html =>
  markup`<li><p><b dir="auto">${name}</b>
<span class="muted">${providers.dates(day(created_at, site), used_at === null ? undefined : day(used_at, site))}</span></p>
<p><a class="button quiet" href="/blog/account/passkeys/${id}">${t.change(name)}</a></p></li>
`;
