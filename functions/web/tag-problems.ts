import type { SaidProblem } from './form-problem.ts';
import type { Words } from './words-en.ts';

/** Problems of a tag, said of the field that holds all of them: `tags.0` is of its first one. */
export function withTagsOf(problem: SaidProblem, tags: readonly string[], { problems }: Words): SaidProblem {
  const errors = Object.entries(problem.errors).map(([name, message]) => {
    const tag = /^tags\.(\d+)$/.exec(name)?.[1];
    return tag === undefined ? [name, message] : ['tags', problems.ofTag(tags[Number(tag)] ?? '', message as string)];
  });
  // The first one of a field stays.
  return { ...problem, errors: Object.fromEntries(errors.reverse()) };
}
