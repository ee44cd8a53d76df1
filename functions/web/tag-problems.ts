import type { FormProblem } from './form-problem.ts';

/** Problems of a tag, said of the field that holds all of them: `tags.0` is of its first one. */
export function withTagsOf(problem: FormProblem, tags: readonly string[]): FormProblem {
  const errors = Object.entries(problem.errors).map(([name, message]) => {
    const tag = /^tags\.(\d+)$/.exec(name)?.[1];
    return tag === undefined ? [name, message] : ['tags', `“${tags[Number(tag)] ?? ''}” ${message}.`];
  });
  // The first one of a field stays.
  return { ...problem, errors: Object.fromEntries(errors.reverse()) };
}
