/** What the platform takes: tags of a post, characters of a tag. */
const limits = { tags: 20, characters: 50 };

/** Tags as the platform takes them, without commas and repetitions, and what had to be changed about them. */
export function fittingTags(given: readonly string[]): { tags: string[]; notes: string[] } {
  const notes: string[] = [];
  const known = new Set<string>();
  const cut = given.map(spelled).map((tag) => {
    const short = [...tag].slice(0, limits.characters).join('').trim();
    if (short !== tag) notes.push(`tag shortened: ${short}`);
    return short;
  });
  const tags = cut.filter((tag) => visible.test(tag) && known.size < known.add(tag.toLowerCase()).size);
  if (tags.length > limits.tags) notes.push(`${tags.length} tags, the first ${limits.tags} are kept`);
  return { tags: tags.slice(0, limits.tags), notes };
}

const visible = /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

const spelled = (tag: string): string =>
  tag
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc},，、\s]+/gu, ' ')
    .trim();
