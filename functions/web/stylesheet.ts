import { tokens, usualAccents } from './palettes.ts';

/** Fonts that machines have. */
export const sansStack = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';
export const serifStack =
  'Charter, "Bitstream Charter", "Iowan Old Style", "Source Serif 4", "Noto Serif", Cambria, Georgia, "Liberation Serif", serif';

/** The blog's one style sheet. A theme may be that of the page, or of a sample of it. Category colours come as `--color` from sheets of their own, see colors.ts. */
export const stylesheet = `:root {
  --accent-light: ${usualAccents.light};
  --accent-dark: ${usualAccents.dark};
  --sans: ${sansStack};
  --serif: ${serifStack};
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
:root, [data-theme="auto"], [data-theme="light"], [data-theme="dark"] {
  color-scheme: light dark;
  ${tokens('usual')}
}
[data-theme="light"] { color-scheme: light; }
[data-theme="dark"] { color-scheme: dark; }
[data-theme="sepia"] {
  color-scheme: light;
  ${tokens('sepia')}
}
[data-theme="contrast"] {
  color-scheme: light dark;
  ${tokens('contrast')}
}
@media (prefers-contrast: more) {
  :root:not([data-theme]) {
  ${tokens('contrast')}
  }
}

*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: grid;
  grid-template-rows: auto 1fr auto;
  grid-template-columns: minmax(0, 1fr);
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.55 var(--sans);
  overflow-wrap: break-word;
}
h1, h2, h3, h4, h5, h6 { font-family: var(--serif); line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; letter-spacing: -.012em; }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: .06em; }
a:hover { color: var(--accent-strong); text-decoration-thickness: .12em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; border-radius: 4px; }
main:focus { outline: none; }
p, ul, ol, dl, figure { margin: 0; }
button, input, textarea, select { font: inherit; color: inherit; }
:lang(ko) { --serif: var(--sans); word-break: keep-all; }
:is(:lang(ja), :lang(zh)) { word-break: normal; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.muted { color: var(--soft); }
.kicker { color: var(--soft); font-size: .8125rem; font-weight: 600; letter-spacing: .07em; text-transform: uppercase; }
.kicker:lang(ko) { letter-spacing: 0; }
.kicker a { color: inherit; text-decoration: none; }
.kicker a:hover { text-decoration: underline; }
.skip { position: absolute; inset-inline-start: 1rem; top: -5rem; z-index: 1; padding: .6rem 1rem; background: var(--raised); border-radius: 0 0 8px 8px; }
.skip:focus { top: 0; }

.site-header, .site-footer, main { width: 100%; max-width: 62rem; margin-inline: auto; padding-inline: clamp(1.125rem, 4vw, 2rem); }
.site-header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1.5rem; padding-block: 1.25rem; }
.brand { display: inline-flex; align-items: center; gap: .55rem; color: var(--ink); font: 700 1.3rem/1.15 var(--serif); letter-spacing: -.01em; text-decoration: none; overflow-wrap: anywhere; }
.brand .logo { flex: none; color: var(--accent); width: 2.1rem; height: 2.1rem; }
.brand .own-logo { display: block; height: 2.6rem; width: auto; max-width: min(18rem, 60vw); object-fit: contain; }
.identity { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; }
.identity label { display: flex; align-items: center; gap: .5rem; }
.identity input { width: auto; accent-color: var(--accent); }
.identity img { height: 2.6rem; width: auto; max-width: 12rem; object-fit: contain; }
.brand:hover { color: var(--accent); }
.site-header nav ul { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.1rem; list-style: none; padding: 0; font-size: .9375rem; }
.site-header nav a:not(.button) { color: var(--ink); text-decoration: none; padding-block: .4rem; }
.site-header nav a:not(.button):hover, .site-header nav [aria-current]:not(.button) { color: var(--accent); text-decoration: underline; }
.search-field { flex: 1 1 9rem; max-width: 13rem; margin-inline-start: auto; }
.search-field input { padding: .35rem .8rem; border-color: var(--line); border-radius: 999px; font-size: .9375rem; }
.search-field input:hover { border-color: var(--strong-line); }
.plain { background: none; border: 0; padding: .4rem 0; cursor: pointer; text-align: start; }
.plain:hover { color: var(--accent); text-decoration: underline; text-underline-offset: .18em; }
.who { color: var(--soft); display: inline-block; max-width: 10rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; margin-inline-start: .3em; }
.site-footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem 2rem; margin-top: 4rem; padding-bottom: 2.5rem; color: var(--soft); font-size: .875rem; }
.site-footer::before { content: ""; flex: 1 0 100%; margin-bottom: 1rem; border-top: 1px solid var(--line); }
.site-footer ul { display: flex; flex-wrap: wrap; gap: .4rem 1.25rem; list-style: none; padding: 0; }
.site-footer a { color: inherit; }
.subscribe { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; max-width: 44rem; margin: 4rem auto 0; padding-inline: clamp(1.125rem, 4vw, 2rem); }
.subscribe p { flex: 1 0 100%; margin: 0; font-weight: 600; }
.subscribe input { flex: 1 1 12rem; }
.subscribe + .site-footer { margin-top: 2rem; }
.not-set-up { flex-basis: 100%; }

.button { display: inline-block; padding: .5rem 1.05rem; border: 1px solid var(--accent); border-radius: 999px; background: var(--accent); color: var(--on-accent); font-weight: 600; font-size: .9375rem; line-height: 1.4; text-decoration: none; cursor: pointer; }
.button:hover { background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent); }
.button.quiet { background: transparent; border-color: var(--line); color: var(--ink); }
.button.quiet:hover { border-color: var(--strong-line); background: var(--sunken); color: var(--ink); }
.button.danger { background: var(--bad); border-color: var(--bad); color: var(--paper); }
.button.danger:hover { filter: brightness(.88); }

.chip { --color: var(--strong-line); display: inline-flex; align-items: center; gap: .45em; max-width: 100%; padding: .16rem .7rem .16rem .6rem; border-radius: 999px; background: color-mix(in srgb, var(--color) 13%, var(--paper)); color: color-mix(in srgb, var(--color) 28%, var(--ink)); font-size: .8125rem; font-weight: 550; line-height: 1.5; text-decoration: none; overflow-wrap: anywhere; }
.chip::before { content: ""; flex: none; width: .6em; height: .6em; border-radius: 50%; background: light-dark(var(--color), color-mix(in srgb, var(--color), white 35%)); }
.chip:hover { background: color-mix(in srgb, var(--color) 26%, var(--paper)); color: var(--ink); text-decoration: none; }
.chip[aria-current] { box-shadow: inset 0 0 0 1.5px var(--color); }
.chip.all { padding-inline: .7rem; }
.chip.all::before { content: none; }
.chips { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; }

.page-header { display: grid; gap: .9rem; padding-block: clamp(1.5rem, 5vw, 3.25rem) clamp(1.25rem, 3vw, 2rem); }
.page-header h1 { margin: 0; font-size: clamp(2rem, 1.4rem + 2.6vw, 3.1rem); letter-spacing: -.022em; }
.page-header h1.small, h1.small { font-size: clamp(1.5rem, 1.2rem + 1vw, 2rem); }
.page-header h1.about { max-width: 46rem; font-size: clamp(1.25rem, 1.1rem + .75vw, 1.65rem); line-height: 1.35; font-weight: 500; letter-spacing: -.012em; }
.page-header .kicker { margin-bottom: -.5rem; }
.page-header .chips { margin-top: .35rem; }
.category-title::before { content: ""; display: inline-block; width: .5em; height: .5em; margin-inline-end: .35em; border-radius: 50%; background: light-dark(var(--color), color-mix(in srgb, var(--color), white 35%)); vertical-align: .12em; }
.entries { border-top: 1px solid var(--line); }
.muted + .entries { margin-top: 1.25rem; }
.entry { display: grid; grid-template-columns: minmax(0, 1fr); gap: .5rem; padding-block: 1.75rem; border-bottom: 1px solid var(--line); }
.entry h2 { margin: 0; font-size: clamp(1.3rem, 1.1rem + .8vw, 1.625rem); }
.entry h2 a { color: var(--ink); text-decoration: none; }
.entry h2 a:hover { color: var(--accent); text-decoration: underline; }
.excerpt { color: var(--soft); display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; line-clamp: 3; overflow: hidden; overflow-wrap: anywhere; }
.by { font-size: .9rem; color: var(--soft); overflow-wrap: anywhere; }
.by a { color: inherit; }
.avatar { width: 1.75rem; height: 1.75rem; border-radius: 50%; object-fit: cover; background: var(--sunken); vertical-align: middle; }
.by .avatar { margin-inline-end: .5rem; }
.face img { display: block; width: 6rem; height: 6rem; border-radius: 50%; object-fit: cover; background: var(--color); }
.bio { max-width: 44rem; white-space: pre-line; }
.elsewhere { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; list-style: none; padding: 0; overflow-wrap: anywhere; }
.meta { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .85rem; color: var(--soft); font-size: .875rem; }
@media (min-width: 48rem) {
  .entry { grid-template-columns: 11rem minmax(0, 1fr); column-gap: 2rem; }
  .entry > * { grid-column: 2; }
  .entry > .meta { grid-column: 1; grid-row: 1 / span 4; flex-direction: column; align-items: flex-start; align-content: flex-start; gap: .6rem; padding-top: .4rem; }
}
.entry.pictured { grid-template-columns: minmax(0, 1fr) 6.5rem; column-gap: 1.25rem; grid-auto-rows: auto; }
.entry.pictured > * { grid-column: 1; }
.entry.pictured > .meta { grid-column: 1 / -1; }
.entry.pictured > .entry-cover { grid-column: 2; grid-row: 2 / span 3; align-self: start; }
.entry-cover { display: block; overflow: hidden; border-radius: 8px; aspect-ratio: 1; background: var(--sunken); }
.entry-cover img { display: block; width: 100%; height: 100%; object-fit: cover; background: var(--color); transition: transform .3s ease; }
.entry:hover .entry-cover img { transform: scale(1.02); }
@media (prefers-reduced-motion: reduce) { .entry-cover img { transition: none; } .entry:hover .entry-cover img { transform: none; } }
@media (min-width: 48rem) {
  .entry.pictured { grid-template-columns: 11rem minmax(0, 1fr) 13rem; column-gap: 2rem; }
  .entry.pictured > * { grid-column: 2; }
  .entry.pictured > .meta { grid-column: 1; }
  .entry.pictured > .entry-cover { grid-column: 3; grid-row: 1 / span 4; aspect-ratio: 3 / 2; margin-top: .4rem; }
}
.wide :is(.site-header, .site-footer, main) { max-width: 76rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: clamp(2rem, 5vw, 3.25rem) clamp(1.5rem, 3vw, 2.25rem); padding-block: clamp(1.5rem, 4vw, 2.25rem) 1rem; }
.cards .entry, .cards .entry.pictured { display: flex; flex-direction: column; gap: .55rem; padding: 0; border: 0; min-width: 0; }
.cards .entry > .meta, .cards .entry.pictured > .meta { flex-direction: row; align-items: center; gap: .3rem .75rem; padding: 0; font-size: .8125rem; }
.cards .entry-cover, .cards .entry.pictured > .entry-cover { align-self: stretch; aspect-ratio: 3 / 2; margin: 0 0 .45rem; border-radius: 10px; }
.cards .entry h2 { font-size: clamp(1.25rem, 1.15rem + .35vw, 1.4rem); line-height: 1.22; }
.cards .entry .excerpt { font-size: .9688rem; }
.cards .entry:not(.pictured):not(.featured) { padding-top: 1.1rem; border-top: 3px solid color-mix(in srgb, light-dark(var(--color, var(--line)), color-mix(in srgb, var(--color, var(--line)), white 35%)) 55%, var(--paper)); }
.cards .entry:not(.pictured):not(.featured) .excerpt { -webkit-line-clamp: 8; line-clamp: 8; }
.cards .entry > .by { padding-top: .1rem; font-size: .875rem; }
.cards .featured { grid-column: 1 / -1; padding-bottom: clamp(1.75rem, 4vw, 2.75rem); border-bottom: 1px solid var(--line); }
.cards .featured h2 { font-size: clamp(1.7rem, 1.2rem + 2.1vw, 2.75rem); line-height: 1.12; letter-spacing: -.02em; }
.cards .featured .excerpt { font-size: 1.0625rem; -webkit-line-clamp: 4; line-clamp: 4; }
@media (min-width: 48rem) {
  .cards .entry.featured.pictured { display: grid; grid-template-columns: minmax(0, 1.45fr) minmax(0, 1fr); grid-template-rows: 1fr auto auto auto 1fr; gap: .75rem clamp(1.75rem, 3.5vw, 3rem); padding-bottom: clamp(1.75rem, 4vw, 2.75rem); border-bottom: 1px solid var(--line); }
  .cards .featured.pictured > * { grid-column: 2; }
  .cards .entry.featured.pictured > .meta { grid-column: 2; grid-row: auto; align-self: end; }
  .cards .entry.featured.pictured > .entry-cover { grid-column: 1; grid-row: 1 / -1; margin: 0; border-radius: 12px; }
  .cards .featured:not(.pictured) { max-width: 48rem; }
}
.nothing { padding-block: 3rem; color: var(--soft); font-size: 1.0625rem; }
.suggestion { padding-block: 1rem 0; font-size: 1.0625rem; overflow-wrap: anywhere; }
.diff { margin: 0; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 9px; background: var(--raised); font-family: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.diff del { color: var(--bad); background: var(--bad-paper); }
.diff ins { background: var(--mark); text-decoration-thickness: .1em; }
.filter { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem 1rem; align-items: end; padding-bottom: 1.25rem; }
.filter .button { justify-self: start; }
.search-form { padding-bottom: 1rem; }
.search-line { display: flex; gap: .75rem; }
.search-line input { flex: 1; min-width: 0; font-size: 1.0625rem; }
.search-form summary { cursor: pointer; width: max-content; max-width: 100%; font-size: .9375rem; }
.search-form .filter { grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); padding-block: .9rem .5rem; }
.found { margin: 0 0 1rem; font: 600 1rem/1.5 var(--sans); letter-spacing: 0; color: var(--soft); }
.entry h3 { margin: 0; font-size: clamp(1.2rem, 1.1rem + .6vw, 1.45rem); }
.entry h3 a { color: var(--ink); text-decoration: none; }
.entry h3 a:hover { color: var(--accent); text-decoration: underline; }
.entry mark { background: var(--mark); color: var(--ink); }
.filter input, .filter select, .filter .button { height: 2.875rem; }
.states { margin-bottom: 1.25rem; border-bottom: 1px solid var(--line); }
.states ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0; padding: 0; list-style: none; }
.states a { display: block; padding-block: .5rem; border-bottom: 2px solid transparent; color: var(--soft); font-weight: 600; text-decoration: none; }
.states a:hover, .states [aria-current] { color: var(--ink); }
.states [aria-current] { border-color: var(--accent); }
.states .aside { margin-inline-start: auto; }
.count { color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; }
.pagination { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .75rem 1.5rem; padding-block: 1.75rem; }
.pagination .back { display: flex; gap: 1.25rem; }
.pagination a { font-weight: 600; text-decoration: none; padding-block: .3rem; }
.pagination a:hover { text-decoration: underline; }
.tags { display: flex; flex-wrap: wrap; gap: .35rem 1rem; list-style: none; padding: 0; overflow-wrap: anywhere; }
.tags a::before { content: "#"; color: var(--soft); }
.index { list-style: none; padding: 0; columns: 17rem; column-gap: 2rem; }
.index li { padding-block: .35rem; break-inside: avoid; }
.run { display: flex; flex-wrap: wrap; gap: .1rem 1.4rem; list-style: none; padding: 0; }
.run li { display: flex; align-items: baseline; gap: .4em; max-width: 100%; }
.run a { padding-block: .3rem; overflow-wrap: anywhere; }
.run a:not(:hover) { text-decoration: none; }
.dotted::before { content: ""; display: inline-block; width: .55em; height: .55em; margin-inline-end: .45em; border-radius: 50%; background: light-dark(var(--color), color-mix(in srgb, var(--color), white 35%)); }
.tools { display: flex; flex-wrap: wrap; gap: .75rem; font-size: .9rem; }

.post, .editor { max-width: 44rem; margin-inline: auto; }
.post-header { display: grid; gap: 1rem; padding-block: clamp(1.25rem, 4vw, 3rem) 1.75rem; }
.post-header h1 { margin: 0; font-size: clamp(2rem, 1.35rem + 2.9vw, 3.15rem); line-height: 1.12; letter-spacing: -.024em; }
.post-header .by { font-size: 1rem; }
.post > .cover { margin-bottom: clamp(1.75rem, 4vw, 2.75rem); }
.cover img { display: block; max-width: 100%; height: auto; max-height: min(40rem, 80vh); margin-inline: auto; object-fit: cover; border-radius: 10px; background: var(--color); }
@media (min-width: 66rem) { .post > .cover { margin-inline: -7rem; } }
.post-footer { display: grid; gap: .75rem; margin-top: 3.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); font-size: .9375rem; }
.beside { max-width: 44rem; margin: 2rem auto 0; display: flex; justify-content: space-between; gap: 1rem 2rem; }
.beside a { flex: 0 1 20rem; overflow-wrap: anywhere; text-decoration: none; }
.beside a:hover { text-decoration: underline; }
.beside a .muted { display: block; font-size: .875rem; }
.beside a[rel="next"] { text-align: end; }
.comments { max-width: 44rem; margin: 2.5rem auto 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; }
.comments h2 { margin: 0; font-size: 1.375rem; }
.comments h3 { margin: 0; font-size: 1.125rem; }
.thread, .thread ol { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; }
.thread ol { margin-top: 1.25rem; padding-inline-start: clamp(.9rem, 4vw, 1.75rem); border-inline-start: 2px solid var(--line); }
.comment { display: grid; grid-template-columns: minmax(0, 1fr); gap: .35rem; min-width: 0; overflow-wrap: anywhere; }
.comment:target { background: var(--sunken); border-radius: 10px; outline: .5rem solid var(--sunken); }
.comment .meta b { color: var(--ink); font-size: .9375rem; }
.comment .meta a { color: inherit; }
.comment .prose { font: 1rem/1.55 var(--sans); }
.of-post { padding-inline: .5rem; border: 1px solid var(--line); border-radius: 999px; }
.write { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.website { position: absolute; inset-inline-start: -9999px; width: 1px; height: 1px; overflow: hidden; }
.moderation .rows > li { display: grid; grid-template-columns: minmax(0, 1fr); }
.moderation .comment p { display: block; }
.moderation .comment .meta { display: flex; }
.next { max-width: 44rem; margin: 2rem auto 0; }
.next h2 { margin: 0 0 .5rem; font-size: 1.0625rem; }
.next ul { list-style: none; margin: 0; padding: 0; }
.next li { padding-block: .45rem; overflow-wrap: anywhere; }
.next .pictured li { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); grid-template-rows: auto 1fr; gap: .2rem 1rem; }
.next .entry-cover { grid-row: 1 / span 2; aspect-ratio: 3 / 2; }
.next .entry-cover:empty { display: grid; place-items: center; background: color-mix(in srgb, var(--color) 22%, var(--paper)); text-decoration: none; }
.next .entry-cover:empty::before { content: attr(data-initial); color: var(--ink); font: 700 1.75rem/1 var(--serif); opacity: .75; }
@media (min-width: 40rem) {
  .next .pictured { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.25rem; }
  .next .pictured li { grid-template-columns: minmax(0, 1fr); grid-template-rows: auto auto 1fr; gap: .3rem; }
  .next .entry-cover { grid-row: auto; margin-bottom: .25rem; }
}

.prose { font: 1.1875rem/1.68 var(--serif); overflow-wrap: anywhere; hyphens: manual; }
.prose :is(p, li, h1, h2, h3, h4, h5, h6, td, th, dd, dt, blockquote, figcaption, summary) { unicode-bidi: plaintext; text-align: start; }
.prose > * { margin-block: 0; }
.prose > * + *, .prose :is(blockquote, li, details, section, article, div) > * + * { margin-top: 1.15em; }
.prose li > :is(ul, ol), .prose li + li { margin-top: .4em; }
.prose :is(h1, h2, h3, h4, h5, h6) { margin-bottom: 0; scroll-margin-top: 1rem; }
.prose > * + :is(h1, h2) { margin-top: 2em; }
.prose > * + :is(h3, h4, h5, h6) { margin-top: 1.65em; }
.prose :is(h1, h2) + *, .prose :is(h3, h4, h5, h6) + * { margin-top: .6em; }
.prose h1 { font-size: 1.65em; }
.prose h2 { font-size: 1.45em; }
.prose h3 { font-size: 1.2em; }
.prose :is(h4, h5, h6) { font-size: 1.03em; }
.prose :is(ul, ol) { padding-inline-start: 1.5em; }
.prose li::marker { color: var(--soft); }
.prose blockquote { margin-inline: 0; padding-inline-start: 1.2em; border-inline-start: 3px solid color-mix(in srgb, var(--accent) 55%, var(--paper)); color: var(--soft); }
.prose hr { width: 5rem; margin: 2.75em auto; border: 0; border-top: 2px solid var(--line); }
.prose img { display: block; max-width: 100%; height: auto; margin-inline: auto; border-radius: 8px; background: var(--sunken); }
.prose :is(p, li) img:not(:only-child) { display: inline-block; vertical-align: middle; }
.prose img.placeholder { background: var(--color); }
.prose figure { text-align: center; }
.prose figure > figcaption { text-align: center; }
.prose .gallery { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: .75rem; }
.prose .gallery > figure { grid-column: span 3; margin: 0; }
.prose .gallery img { width: 100%; max-width: none; height: auto; aspect-ratio: 1; object-fit: cover; }
@media (max-width: 30rem) {
  .site-header { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .35rem 1rem; padding-block: .9rem .75rem; }
  .site-header nav { grid-column: 1 / -1; }
  .search-field { width: 6.75rem; }
  .brand { font-size: 1.2rem; }
  .brand .logo { width: 1.85rem; height: 1.85rem; }
  .brand .own-logo { max-width: 100%; }
  .prose .gallery > figure:first-child:nth-last-child(odd) { grid-column: span 6; }
  .prose .gallery > figure:first-child:nth-last-child(odd) img { aspect-ratio: 3 / 2; }
}
@media (min-width: 30.01rem) {
  .prose .gallery > figure { grid-column: span 2; }
  .prose .gallery > :is(:nth-last-child(2):nth-child(3n + 1), :nth-last-child(2):nth-child(3n + 1) + *, :nth-last-child(4):nth-child(3n + 1), :nth-last-child(4):nth-child(3n + 1) ~ *) { grid-column: span 3; }
  .prose .gallery > :is(:nth-last-child(2):nth-child(3n + 1), :nth-last-child(2):nth-child(3n + 1) + *, :nth-last-child(4):nth-child(3n + 1), :nth-last-child(4):nth-child(3n + 1) ~ *) img { aspect-ratio: 3 / 2; }
}
.prose figure.code { text-align: start; }
.prose figure.code > figcaption { margin: 0; padding: .45rem 1.2rem; border: 1px solid var(--line); border-bottom: 0; border-radius: 10px 10px 0 0; background: var(--sunken); font-family: var(--mono); text-align: start; overflow-wrap: anywhere; }
.prose figure.code > pre { margin: 0; border-radius: 0 0 10px 10px; }
.prose pre mark { display: block; margin-inline: -1.2rem; padding-inline: calc(1.2rem - 3px) 1.2rem; border-inline-start: 3px solid var(--accent); background: color-mix(in srgb, var(--mark) 45%, transparent); width: max-content; min-width: calc(100% + 2.4rem); }
.prose figcaption { margin-top: .6em; color: var(--soft); font: .875rem/1.5 var(--sans); }
.prose .picture-elsewhere::before { content: "\\25A3\\00A0"; color: var(--soft); font-family: var(--sans); }
.prose :is(code, kbd, samp) { font-family: var(--mono); font-size: .84em; }
.prose :not(pre) > :is(code, kbd, samp) { padding: .12em .35em; border-radius: 5px; background: var(--sunken); border: 1px solid var(--line); }
.prose pre { padding: 1.05rem 1.2rem; border: 1px solid var(--line); border-radius: 10px; background: var(--sunken); overflow-x: auto; font: .9rem/1.6 var(--mono); direction: ltr; text-align: left; overflow-wrap: normal; tab-size: 4; unicode-bidi: isolate; }
.prose pre code { font-size: inherit; }
.prose .as-written { white-space: pre-wrap; overflow-wrap: anywhere; }
.prose mark { background: var(--mark); color: inherit; }
.prose .table { overflow-x: auto; }
.prose table { border-collapse: collapse; min-width: 60%; font: .9375rem/1.5 var(--sans); font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
.prose :is(th, td) { padding: .5rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.prose th { border-bottom-color: var(--strong-line); font-weight: 650; }
.prose [align="right"] { text-align: right; }
.prose [align="center"] { text-align: center; }
.prose details { padding: .8em 1.1em; border: 1px solid var(--line); border-radius: 10px; }
.prose summary { cursor: pointer; font-weight: 600; }
.prose .callout { --tone: var(--callout-note); padding: .85em 1.1em; border: 0; border-inline-start: 4px solid var(--tone); border-radius: 0 10px 10px 0; background: color-mix(in srgb, var(--tone) 8%, var(--paper)); }
.prose .callout:dir(rtl) { border-radius: 10px 0 0 10px; }
.prose .callout-tip { --tone: var(--callout-tip); }
.prose .callout-important { --tone: var(--callout-important); }
.prose .callout-warning { --tone: var(--callout-warning); }
.prose .callout-caution { --tone: var(--callout-caution); }
.prose .callout-title { color: var(--tone); font: 650 .9375em/1.5 var(--sans); }
.prose .callout > .callout-title + * { margin-top: .45em; }
.prose .task { list-style: none; }
.prose .task input { width: 1em; height: 1em; margin-block: 0; margin-inline: -1.45em .45em; vertical-align: -.1em; accent-color: var(--accent); }
.prose .contents { padding: .9em 1.1em; border: 1px solid var(--line); border-radius: 10px; font: .9375rem/1.55 var(--sans); }
.prose .contents ul { list-style: none; padding-inline-start: 1.1em; }
.prose .contents > ul { padding: 0; }
.prose .contents li { margin-top: .25em; }
.prose .embed { display: block; padding: .8em 1.1em; border: 1px solid var(--line); border-radius: 10px; background: var(--raised); color: var(--soft); font: .9375rem/1.5 var(--sans); text-decoration: none; overflow-wrap: anywhere; }
.prose .embed b { color: var(--accent); font-weight: 650; margin-inline-end: .4em; }
.prose .embed b::before { content: "\\25B6\\FE0E\\00A0"; }
.prose .embed:hover { border-color: var(--strong-line); }
.prose .footnotes { margin-top: 2.5em; padding-top: 1.25em; border-top: 1px solid var(--line); font-size: .9em; }
.prose .footnotes li > * + * { margin-top: .6em; }
.prose sup { line-height: 0; }
.prose :target { background: color-mix(in srgb, var(--mark) 45%, transparent); }
.prose math { font-size: 1.06em; }
.prose .formula { overflow-x: auto; overflow-y: hidden; padding-block: .3em; text-align: center; }
.prose dt { font-weight: 650; }
.prose dd { margin-inline-start: 1.5em; }
.prose dd + dt { margin-top: .7em; }
.hljs-comment, .hljs-quote, .hljs-meta { color: var(--syntax-comment); }
.hljs-comment, .hljs-quote { font-style: italic; }
.hljs-keyword, .hljs-selector-tag, .hljs-literal, .hljs-doctag, .hljs-name, .hljs-section { color: var(--syntax-keyword); }
.hljs-string, .hljs-regexp, .hljs-addition, .hljs-symbol, .hljs-link { color: var(--syntax-string); }
.hljs-number, .hljs-variable, .hljs-template-variable, .hljs-bullet, .hljs-selector-class, .hljs-selector-id { color: var(--syntax-number); }
.hljs-title, .hljs-attr, .hljs-attribute, .hljs-property { color: var(--syntax-title); }
.hljs-type, .hljs-built_in, .hljs-params .hljs-type, .hljs-class { color: var(--syntax-type); }
.hljs-deletion { color: var(--bad); }
.hljs-emphasis { font-style: italic; }
.hljs-strong { font-weight: 700; }

.card { max-width: 27rem; margin: clamp(1.5rem, 6vw, 4rem) auto 0; display: grid; gap: 1.1rem; }
.card h1 { margin: 0; font-size: 2rem; }
form { display: grid; gap: 1.15rem; }
.site-header form { display: block; }
.field { display: grid; gap: .35rem; }
label, legend, .label { font-weight: 600; font-size: .9375rem; }
label:has(> input:is([type="checkbox"], [type="radio"])), input:is([type="checkbox"], [type="radio"]) + label { font-weight: 400; }
.hint { color: var(--soft); font-size: .875rem; }
input, textarea, select { width: 100%; padding: .6rem .8rem; border: 1px solid var(--strong-line); border-radius: 9px; background: var(--raised); font-size: 1rem; }
textarea { resize: vertical; font: .9375rem/1.6 var(--mono); min-height: 8rem; }
input[type="color"] { width: 6rem; height: 2.75rem; padding: .25rem; cursor: pointer; }
input[type="number"] { width: 8rem; }
input[type="file"] { padding: .4rem .5rem; font-size: .9375rem; }
::file-selector-button { margin-inline-end: .75rem; padding: .3rem .9rem; border: 1px solid var(--line); border-radius: 999px; background: var(--sunken); color: var(--ink); font: 600 .9375rem/1.4 var(--sans); cursor: pointer; }
::file-selector-button:hover { border-color: var(--strong-line); }
input:is([type="checkbox"], [type="radio"]) { width: auto; accent-color: var(--accent); }
.tick label { display: flex; gap: .5rem; align-items: center; }
.tick input { width: auto; accent-color: var(--accent); }
input:focus-visible, textarea:focus-visible, select:focus-visible { outline-offset: 0; border-radius: 9px; }
[aria-invalid] { border-color: var(--bad); border-width: 2px; }
.error { color: var(--bad); font-size: .9rem; font-weight: 550; overflow-wrap: anywhere; }
.alert, .notice { padding: .8rem 1.05rem; border-radius: 10px; border-inline-start: 4px solid var(--bad); background: var(--bad-paper); }
.notice { border-color: var(--accent); background: var(--sunken); }
.undo { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; justify-content: space-between; }
.undo p { margin: 0; }
.list > .notice { margin-bottom: 1rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.card .actions .button:only-child { width: 100%; text-align: center; padding-block: .65rem; font-size: 1rem; }
.samples { display: grid; gap: .6rem; }
.samples label { display: flex; align-items: center; gap: .75rem; min-height: 2.75rem; font-weight: 400; cursor: pointer; }
.samples input { width: auto; flex: none; accent-color: var(--accent); }
.sample { flex: none; padding: .3rem .75rem; border: 1px solid var(--strong-line); border-radius: 8px; background: var(--paper); color: var(--ink); font: 600 1.125rem/1.4 var(--serif); }
.sample span { color: var(--accent); text-decoration: underline; text-underline-offset: .18em; }
fieldset { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; min-width: 0; margin: 0; padding: 1rem 1.15rem 1.25rem; border: 1px solid var(--strong-line); border-radius: 10px; }

.editor { display: grid; gap: 1.25rem; max-width: 50rem; padding-top: clamp(1rem, 3vw, 2rem); }
.editor h1 { margin: 0; }
.editor .title input { font: 700 1.5rem/1.3 var(--serif); }
.editor .content textarea { min-height: 24rem; field-sizing: content; max-height: max(12rem, min(75vh, 100vh - 13rem)); }
.writing .bar { position: sticky; bottom: 0; z-index: 1; display: flex; flex-wrap: wrap-reverse; align-items: center; justify-content: space-between; gap: .4rem 1.5rem; padding-block: .7rem; border-top: 1px solid var(--line); background: var(--paper); }
.writing :is(input, textarea, select, button) { scroll-margin-bottom: 6rem; }
.writing .state { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .875rem; }
.writing .state .unsaved::before { content: "\\2022\\00A0"; color: var(--accent); }
.writing .state > :empty { margin-inline-end: -1rem; }
.writing .state .button { padding: .15rem .7rem; font-size: .875rem; }
.toolbar { display: flex; flex-wrap: wrap; gap: .3rem; }
.tool { min-width: 2.4rem; padding: .25rem .6rem; border-radius: 8px; font-size: .875rem; text-align: center; }
.tool.bold { font-weight: 800; }
.tool.italic { font-style: italic; font-family: var(--serif); }
.uploads { display: grid; gap: .4rem; list-style: none; padding: 0; font-size: .9rem; overflow-wrap: anywhere; }
.uploads:empty { display: none; }
.uploads progress { width: 8rem; accent-color: var(--accent); vertical-align: middle; }
.uploads .button { padding: .05rem .6rem; font-size: .8125rem; }
.live-preview { display: none; }
@media (min-width: 1200px) {
  body:has(.live-preview) :is(.site-header, .site-footer, main) { max-width: 92rem; }
  .editor:has(.live-preview) { max-width: none; }
  .desk:has(.live-preview) { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2.5rem; align-items: start; }
  .live-preview { display: block; position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow-y: auto; padding-inline-start: 2.5rem; border-inline-start: 1px solid var(--line); min-height: min(32rem, 100vh - 2rem); }
  .live-preview::before { content: attr(aria-label) / ""; display: block; margin-bottom: 1rem; color: var(--soft); font-size: .875rem; }
}
.offer { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .6rem 1.5rem; overflow-wrap: anywhere; }
.people h2 { margin: 1rem 0 0; font-size: 1.25rem; }
.people section > h2 + .muted { margin-top: .35rem; }
.people section > :is(.muted, .rows) + :is(.actions, form) { margin-top: 1rem; }
.rows { list-style: none; padding: 0; }
.rows > li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .6rem 1.5rem; padding-block: .8rem; border-bottom: 1px solid var(--line); }
.rows p { min-width: 0; overflow-wrap: anywhere; }
.rows p:has(> .muted) { display: grid; }
.rows form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.rows select { width: auto; }
.made { overflow-wrap: anywhere; }
.whole { overflow-wrap: anywhere; user-select: all; -webkit-user-select: all; }
.share summary { cursor: pointer; width: max-content; }
.share p { margin-top: .4rem; }
.editor .summary textarea { min-height: 0; font: inherit; }
.settings fieldset { margin-bottom: 1.25rem; }
.settings textarea { min-height: 6rem; }
.card pre { margin: 0; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 9px; background: var(--sunken); overflow-x: auto; }
ul.unsaved { display: grid; gap: .4rem; padding-inline-start: 1.2rem; overflow-wrap: anywhere; }
.help { font-size: .9rem; color: var(--soft); }
.help summary { cursor: pointer; }
.help dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin-top: .75rem; }
.help dd { margin: 0; }
code { font-family: var(--mono); font-size: .92em; }
.preview { display: grid; gap: 1rem; padding: clamp(1rem, 4vw, 2rem); border: 1px dashed var(--strong-line); border-radius: 14px; background: var(--raised); }
.preview-title { margin: 0; font-size: clamp(1.6rem, 1.3rem + 1.6vw, 2.4rem); }
.conflict { display: grid; gap: .8rem; padding: 1.15rem; border: 1px solid var(--line); border-radius: 12px; background: var(--sunken); }
.conflict h2 { margin: 0; font-size: 1.25rem; }
.conflict dl { display: grid; grid-template-columns: auto 1fr; gap: .2rem 1rem; }
.conflict dt { color: var(--soft); }
.conflict dd { margin: 0; overflow-wrap: anywhere; }

.error-page { max-width: 34rem; margin: clamp(2rem, 9vh, 6rem) auto 0; display: grid; gap: .9rem; justify-items: start; }
.error-page .logo { width: 6rem; height: 6rem; color: var(--accent); }
.error-page .search-line { width: 100%; }
.error-page .kicker { margin-bottom: -.5rem; }
.error-page h1 { margin: 0; font-size: clamp(2rem, 1.5rem + 2vw, 2.75rem); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 4rem; padding-block: .5rem 2rem; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--soft); }
.figures dd { margin: 0; font: 700 2.75rem/1.1 var(--serif); font-variant-numeric: tabular-nums; }
.counts { border-collapse: collapse; width: 100%; max-width: 32rem; font-variant-numeric: tabular-nums; }
.counts caption { text-align: start; font-weight: 600; padding-bottom: .5rem; }
.counts :is(th, td) { padding: .45rem .25rem; border-bottom: 1px solid var(--line); text-align: start; }
.counts :is(th, td):first-child { padding-inline-start: 0; }
.counts :is(th, td):last-child { padding-inline-end: 0; text-align: end; }

.reference :is(section, article) { scroll-margin-top: 1rem; }
.reference section > h2 { margin-top: 3rem; padding-bottom: .4rem; border-bottom: 1px solid var(--line); }
.reference article { margin-block: 2.25rem; }
.reference h4 { margin: 1.1rem 0 .3rem; }
.reference nav ul { padding-inline-start: 1.1rem; }
.reference code { font: .9em/1.5 var(--mono); overflow-wrap: anywhere; }
.reference .call { padding: .5rem .75rem; background: var(--sunken); border-radius: .4rem; }
.reference pre { margin: .5rem 0; padding: .75rem; max-height: 22rem; overflow: auto; background: var(--sunken); border-radius: .4rem; }
.reference .scroll { overflow-x: auto; }
.reference table { border-collapse: collapse; width: 100%; font-size: .94rem; }
.reference :is(th, td) { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
.reference dt { margin-top: .6rem; font-weight: 600; }
.reference dd { margin: 0 0 0 1.25rem; }
.reference dd p { margin: .15rem 0; }

@media (min-width: 64rem) {
  .post .prose > :is(pre, .table) { margin-inline: -2.5rem; }
  .post .prose > pre { padding-inline: 2.5rem; }
  .post .prose > .table { padding-inline: 1.7rem; }
  .post .prose > .gallery { margin-inline: -5rem; }
}
@media (max-width: 30rem) {
  .prose { font-size: 1.0938rem; }
  .prose pre { margin-inline: -1.125rem; border-inline: 0; border-radius: 0; }
}
@media (forced-colors: active) {
  .chip, .button { border: 1px solid; }
}
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  .site-header nav, .site-footer, .skip, .tools, .post-footer, .beside, .next, .pagination, .write, .subscribe { display: none; }
  body { background: #fff; color: #000; display: block; }
  .prose { font-size: 11pt; }
  .prose pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .prose a[href^="http"]::after { content: " (" attr(href) ")"; font-size: .8em; overflow-wrap: anywhere; }
  .prose :is(pre, img, table, blockquote) { break-inside: avoid; }
  .entry-cover { display: none; }
}
`;
