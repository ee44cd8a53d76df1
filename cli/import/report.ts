import type { FileNote } from './file-note.ts';
import type { Plan, PlannedPost } from './plan.ts';
import type { Outcome } from './run.ts';

/** Everything about an import, as `--report FILE` writes it. `outcome` is missing after a dry run. */
export function report(plan: Plan, outcome: Outcome | undefined, about: { folder: string; name: string; url: string }) {
  const rendered = plan.posts.map((post) => ({ file: post.path, ...post.render() }));
  return {
    ...about,
    dry_run: outcome === undefined,
    articles: plan.posts.length,
    ...(outcome ?? {}),
    dates_guessed: plan.datesGuessed,
    drafts: plan.posts.flatMap(({ path, title, hidden, published_at }) =>
      hidden.length > 0 && !published_at ? [{ file: path, title, reasons: hidden }] : [],
    ),
    scheduled: plan.posts.flatMap(({ path, title, published_at }) =>
      published_at ? [{ file: path, title, published_at }] : [],
    ),
    skipped: plan.skipped,
    not_articles: plan.asides,
    notes: plan.notes,
    old_addresses: plan.posts.flatMap(({ path, addresses }) => addresses.map((address) => ({ file: path, address }))),
    not_carried_over: notCarriedOver(plan.posts),
    without_author: plan.withoutAuthor,
    dead_links: rendered.flatMap(({ file, deadLinks }) => [...new Set(deadLinks)].map((target) => ({ file, target }))),
    pictures_found_elsewhere: rendered.flatMap(({ file, found }) => found.map((picture) => ({ file, ...picture }))),
    pictures_of_other_hosts: rendered.flatMap(({ file, foreign }) =>
      [...new Set(foreign)].map((address) => ({ file, address })),
    ),
    left_as_it_was: rendered.flatMap(({ file, unknown }) =>
      [...unknown].map(([kind, count]) => ({ file, kind, count })),
    ),
  };
}

export type Report = ReturnType<typeof report>;

/** What articles have and the blog has no place for: nothing of it is lost, the report keeps it. */
function notCarriedOver(posts: readonly PlannedPost[]) {
  const some = <T>(of: (post: PlannedPost) => readonly T[]) =>
    posts.flatMap((post) => (of(post).length > 0 ? [{ file: post.path, values: of(post) }] : []));
  return {
    more_categories: some(({ extra }) => extra.categories.slice(1)),
    summaries: some(({ extra }) => (extra.summary ? [extra.summary] : [])),
    comments: some(({ extra }) => (extra.comments ? [extra.comments] : [])),
  };
}

/** The report for people: what happened, and of every kind of remark the first ones. */
export function reportText(all: Report & Partial<Outcome>): string {
  const { imported, unchanged, failed = [], pictures, accounts, addresses, settings } = all;
  const held = [
    ...(all.drafts.length ? [`${all.drafts.length} as drafts`] : []),
    ...(all.scheduled.length ? [`${all.scheduled.length} scheduled`] : []),
  ];
  const drafts = held.length ? ` (${held.join(', ')})` : '';
  const summary = all.dry_run
    ? [`dry run: ${all.articles} articles would be imported${drafts}, nothing was sent`]
    : [
        `imported   ${imported?.length ?? 0}`,
        `unchanged  ${unchanged?.length ?? 0}`,
        `drafts     ${all.drafts.length}`,
        ...(all.scheduled.length ? [`scheduled  ${all.scheduled.length}`] : []),
        `skipped    ${all.skipped.length}`,
        `failed     ${failed.length}`,
        `pictures   ${pictures?.uploaded} uploaded, ${pictures?.present} already there${pictures?.refused.length ? `, ${pictures.refused.length} refused` : ''}`,
        `authors    ${accounts?.created.length} new accounts, ${accounts?.present.length} already there`,
        `addresses  ${addresses?.kept} old ones lead to their posts`,
        ...(settings ? [`settings   ${ofSettings[settings]}`] : []),
      ];
  return [
    ...summary,
    ...section(
      'no date in the text',
      all.dates_guessed.map(
        ({ file, date, from }) => `${file}: ${date.slice(0, 10)}${origins[from] ?? ` from the ${from}`}`,
      ),
    ),
    ...section('skipped', all.skipped.map(sentence), Number.POSITIVE_INFINITY),
    ...section('failed', failed.map(sentence), Number.POSITIVE_INFINITY),
    ...section(
      'drafts, since they were not public',
      all.drafts.map(({ file, title, reasons }) => `${file} (${title}): ${reasons.join('; ')}`),
      Number.POSITIVE_INFINITY,
    ),
    ...section(
      'scheduled',
      all.scheduled.map(({ file, title, published_at }) => `${file} (${title}): ${published_at}`),
      Number.POSITIVE_INFINITY,
    ),
    ...section('no articles', all.not_articles.map(sentence)),
    ...section('old addresses that do not lead to their posts', (addresses?.refused ?? []).map(sentence)),
    ...section('pictures refused', (pictures?.refused ?? []).map(sentence)),
    ...section('not carried over', lost(all.not_carried_over), Number.POSITIVE_INFINITY),
    ...section('no author in the text', all.without_author),
    ...section(
      'links and pictures that lead nowhere',
      all.dead_links.map(({ file, target }) => `${file}: ${target}`),
    ),
    ...section(
      'pictures found elsewhere by their name',
      all.pictures_found_elsewhere.map(({ file, target, path }) => `${file}: ${target} is ${path}`),
    ),
    ...section(
      'pictures that stay on other hosts; --fetch-pictures brings them in',
      all.pictures_of_other_hosts.map(({ file, address }) => `${file}: ${address}`),
    ),
    ...section('no Markdown, left as it was', kinds(all.left_as_it_was)),
    ...section('remarks', all.notes.map(sentence)),
  ].join('\n');
}

const ofSettings = {
  taken: 'those of the export',
  kept: 'those of the blog stay; --settings takes those of the export',
  refused: 'refused',
};

const origins: Record<string, string> = {
  nothing: ', below all others: its file is newer than every article',
};

function lost({ more_categories, summaries, comments }: Report['not_carried_over']): string[] {
  const line = (name: string, all: readonly { values: readonly unknown[] }[]) =>
    all.length > 0
      ? [`${name} of ${counted(all.length)}: ${listed(all.flatMap(({ values }) => values.map(String)))}`]
      : [];
  return [
    ...line('categories but the first', more_categories),
    ...line('summaries', summaries),
    ...line('comments', comments),
  ];
}

const counted = (count: number): string => `${count} ${count === 1 ? 'article' : 'articles'}`;

function listed(values: readonly string[]): string {
  const all = [...new Set(values)];
  return all.length > 5 ? `${all.slice(0, 5).join(', ')} … (${all.length})` : all.join(', ');
}

function kinds(all: Report['left_as_it_was']): string[] {
  return [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, found]) => {
    const times = found.reduce((sum, { count }) => sum + count, 0);
    return `${kind} ${times} ${times === 1 ? 'time' : 'times'} in ${counted(found.length)}`;
  });
}

function section(title: string, lines: readonly string[], shown = 5): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - shown;
  return [
    '',
    `${title} (${lines.length})`,
    ...lines.slice(0, shown).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more: --report FILE names all`] : []),
  ];
}

function sentence({ file, reason }: FileNote): string {
  return `${file}: ${reason}`;
}
