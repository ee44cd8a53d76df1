import type { FileNote, Plan } from './plan.ts';
import type { Outcome } from './run.ts';

/** Everything about an import, as `--report FILE` writes it. `outcome` is missing after a dry run. */
export function report(plan: Plan, outcome: Outcome | undefined, about: { folder: string; name: string; url: string }) {
  const rendered = plan.posts.map((post) => ({ file: post.path, ...post.render() }));
  return {
    ...about,
    dry_run: outcome === undefined,
    articles: plan.posts.length,
    ...(outcome ?? {}),
    skipped: plan.skipped,
    notes: plan.notes,
    dates_guessed: plan.datesGuessed,
    without_author: plan.withoutAuthor,
    dead_links: rendered.flatMap(({ file, deadLinks }) => [...new Set(deadLinks)].map((target) => ({ file, target }))),
    pictures_found_elsewhere: rendered.flatMap(({ file, found }) => found.map((picture) => ({ file, ...picture }))),
  };
}

export type Report = ReturnType<typeof report>;

/** The report for people: what happened, and of every kind of remark the first ones. */
export function reportText(all: Report & Partial<Outcome>): string {
  const { imported, unchanged, failed = [], pictures, accounts } = all;
  const summary = all.dry_run
    ? [`dry run: ${all.articles} articles would be imported, nothing was sent`]
    : [
        `imported   ${imported?.length ?? 0}`,
        `unchanged  ${unchanged?.length ?? 0}`,
        `skipped    ${all.skipped.length}`,
        `failed     ${failed.length}`,
        `pictures   ${pictures?.uploaded} uploaded, ${pictures?.present} already there${pictures?.refused.length ? `, ${pictures.refused.length} refused` : ''}`,
        `authors    ${accounts?.created.length} new accounts, ${accounts?.present.length} already there`,
      ];
  return [
    ...summary,
    ...section('skipped', all.skipped.map(sentence), Number.POSITIVE_INFINITY),
    ...section('failed', failed.map(sentence), Number.POSITIVE_INFINITY),
    ...section('pictures refused', (pictures?.refused ?? []).map(sentence)),
    ...section(
      'no date in the text',
      all.dates_guessed.map(({ file, date, from }) => `${file}: ${date.slice(0, 10)} from the ${from}`),
    ),
    ...section('no author in the text', all.without_author),
    ...section(
      'links and pictures that lead nowhere',
      all.dead_links.map(({ file, target }) => `${file}: ${target}`),
    ),
    ...section(
      'pictures found elsewhere by their name',
      all.pictures_found_elsewhere.map(({ file, target, path }) => `${file}: ${target} is ${path}`),
    ),
    ...section('remarks', all.notes.map(sentence)),
  ].join('\n');
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
