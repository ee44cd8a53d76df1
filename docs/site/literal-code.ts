/** As much of markdown-it as is used here. */
interface MarkdownIt {
  core: {
    ruler: {
      push(
        name: string,
        rule: (state: {
          tokens: { children: { type: string; attrSet(name: string, value: string): void }[] | null }[];
        }) => void,
      ): void;
    };
  };
}

/** A plugin of markdown-it: `{{ x }}` in code within a line is text, and no expression of Vue. Blocks of code are so already. */
export function literalCode({ core }: MarkdownIt): void {
  core.ruler.push('literal-code', ({ tokens }) => {
    for (const { children } of tokens)
      for (const token of children ?? []) if (token.type === 'code_inline') token.attrSet('v-pre', '');
  });
}
