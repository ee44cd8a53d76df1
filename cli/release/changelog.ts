import { CommandError } from '../command-error.ts';

/** A section of CHANGELOG.md that was `Unreleased` becomes the one of `version`. @throws CommandError when nothing is unreleased */
export function releasedChangelog(text: string, version: string, date: string): { text: string; notes: string } {
  const found = /^## Unreleased\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text);
  const notes = found?.[1]?.trim() ?? '';
  if (!found || notes === '') throw new CommandError('CHANGELOG.md: nothing stands under "## Unreleased"');
  const section = `## Unreleased\n\n## ${version} – ${date}\n\n${notes}\n\n`;
  return {
    text: text
      .replace(found[0], () => section)
      .trimEnd()
      .concat('\n'),
    notes,
  };
}
