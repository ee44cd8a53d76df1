/** Footnotes where they belong (`text^[a note]`, as Pandoc and Obsidian have them) as GitHub has them, below the text. */
export function withoutInlineFootnotes(text: string): string {
  const notes: string[] = [];
  const taken = new Set(Array.from(text.matchAll(/\[\^([^\]\n]+)\]/g), ([, label]) => label));
  const label = (): string => {
    let number = notes.length + 1;
    while (taken.has(`note-${number}`)) number++;
    taken.add(`note-${number}`);
    return `note-${number}`;
  };
  const body = text.replace(/(?<=[^\s\\^])\^\[((?:[^[\]\n]|\[[^[\]\n]*\])+)\](?![[(:])/g, (_, note: string) => {
    const name = label();
    notes.push(`[^${name}]: ${note.trim()}`);
    return `[^${name}]`;
  });
  return notes.length > 0 ? `${body.trimEnd()}\n\n${notes.join('\n\n')}\n` : text;
}
