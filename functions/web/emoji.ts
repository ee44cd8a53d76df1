import type { MarkdownIt, Token } from 'markdown-it';

/** Names between colons, one behind another. Not those of `std::map`, `12:30:45` and `a:b:c`. */
const shortcodes = /(?<![\w:])(?::[a-z0-9_+-]{1,40}:)+(?!\w)/g;

type Names = Readonly<Record<string, string>>;

/** The emoji of a text by their names; nothing is loaded for a text without names. */
export async function emojiOf(text: string): Promise<Names | undefined> {
  return text.search(shortcodes) < 0 ? undefined : (await import('markdown-it-emoji/lib/data/full.mjs')).default;
}

/** `:tada:` as an emoji, where `env.emoji` has one of that name; not in code and addresses. */
export function emoji(md: MarkdownIt): void {
  md.core.ruler.push('emoji', ({ tokens, env }) => {
    const names = env.emoji as Names | undefined;
    if (!names) return;
    for (const { children } of tokens)
      for (const [at, token] of (children ?? []).entries())
        if (token.type === 'text' && !isAddress(children?.[at - 1]))
          token.content = token.content.replace(shortcodes, (run) =>
            run.replace(/:([^:]+):/g, (whole, name: string) =>
              Object.hasOwn(names, name) ? (names[name] as string) : whole,
            ),
          );
  });
}

/** Whether what follows is an address that was made a link. */
const isAddress = (before: Token | undefined): boolean => before?.type === 'link_open' && before.info === 'auto';
