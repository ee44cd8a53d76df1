/** The words of a line of Markdown: no links, code marks, emphasis, HTML or attributes. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/\{[:#.][^{}]*\}/g, '')
    .replace(/!?\[([^[\]]*)\](?:\([^()]*\)|\[[^[\]]*\])?/g, '$1')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/(`+)(.*?)\1/g, '$2')
    .replace(/(\*{1,3}|_{2,3})(?=\S)(.*?\S)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}])_(?=\S)(.*?\S)_(?![\p{L}\p{N}])/gu, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
    )
    .replace(/\s+/g, ' ')
    .trim();
}
