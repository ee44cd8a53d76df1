import ignore from 'ignore';
import picomatch from 'picomatch';

/** Whether a path is meant by one of some patterns of Bash; a pattern that is none means nothing. */
export function matching(
  patterns: readonly string[],
  options: { starsCross?: boolean } = {},
): (path: string) => boolean {
  const tests = patterns.flatMap((pattern) => {
    try {
      return [picomatch(pattern.replace(/^\.?\//, ''), { dot: true, bash: options.starsCross === true })];
    } catch {
      return [];
    }
  });
  return (path) => tests.some((test) => test(path));
}

/** Whether a path is meant by the lines of a file like `.gitignore`. */
export function ignoredBy(lines: readonly string[]): (path: string) => boolean {
  const rules = ignore().add(lines.join('\n'));
  return (path) => rules.ignores(path);
}
