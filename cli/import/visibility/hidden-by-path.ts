/** Folders of what is not to be read yet, or by everybody, in any program and some languages. */
const folders =
  /^[_.]?(?:drafts?|private|unpublished|unlisted|hidden|secrets?|confidential|trash|wip|entw[uü]rfe?|brouillons?|borradore?s?|bozze?|rascunhos?|черновики?|下書き|草稿|초안)$/iu;

/**
 * Why a file's place keeps it from the public, whatever program it is of; undefined when it does not.
 * @param path relative to the imported folder, with `/`
 * @param readsUnderscores the program reads files whose names begin with "_"
 */
export function hiddenByPath(path: string, { readsUnderscores = false } = {}): string | undefined {
  const parts = path.normalize('NFC').split('/');
  const name = parts.at(-1)!;
  const folder = parts.slice(0, -1).find((part) => folders.test(part));
  if (folder !== undefined) return `it lies in ${folder}`;
  if (!readsUnderscores && /^_/.test(name)) return 'its name begins with "_"';
  if (/^draft_/i.test(name) || /[.]draft[.]\w+$/i.test(name)) return 'its name says that it is a draft';
  return undefined;
}
