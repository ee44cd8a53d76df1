import { basename } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Manifests } from './manifest.ts';
import {
  bringsSomething,
  choices,
  choicesOf,
  components,
  optionalIn,
  overlays,
  type Rendering,
  render,
  wholeFolders,
  wrongWith,
} from './renderings.ts';

test('there are overlays and components to look at', () => {
  expect(overlays()).toEqual(
    expect.arrayContaining(['knative/base', 'knative/overlays/lab', 'knative/overlays/local']),
  );
  expect(components().map((each) => basename(each))).toEqual(expect.arrayContaining(['postgres', 'redis']));
});

test('every two components come together with few others, and each is once left out of all', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c') }), { minLength: 2, maxLength: 12 }),
      (names) => {
        const chosen = choicesOf(names);
        expect(new Set(chosen.map((each) => each.join())).size).toBe(chosen.length);
        for (const name of names) expect(chosen).toContainEqual(names.filter((each) => each !== name));
        for (const [index, name] of names.entries())
          for (const other of names.slice(index + 1)) expect(chosen).toContainEqual([name, other]);
        expect(chosen).toContainEqual(names);
      },
    ),
  );
});

/** The component media-volume says that Knative has to be given this feature. */
const featureOfMedia = /\/media: spec\.template\.spec\.volumes\[0\]\.persistentVolumeClaim: is off by default/;

describe('rendered by kubectl', needs('kubectl'), () => {
  const wanted = [...wholeFolders(overlays()), ...choices()];
  let renderings: readonly Rendering[];
  let optional: Manifests;
  beforeAll(async () => {
    renderings = await render(wanted);
    optional = optionalIn(renderings);
  });

  test.each(wanted.map(({ name }, index) => ({ name, index })))('nothing is wrong with $name', async ({ index }) => {
    const wrong = await wrongWith(renderings[index]!, optional);
    expect(wrong.filter((problem) => !featureOfMedia.test(problem))).toEqual([]);
  });

  test.each(
    wanted
      .filter(({ components: [one, ...others] }) => one && others.length === 0 && bringsSomething(one))
      .map(({ name }) => name),
  )('there is something that differs in $0', (name) => {
    const [base, changed] = ['knative/base', name].map(
      (each) => renderings.find((rendering) => rendering.name === each)?.manifests,
    );
    expect(changed).not.toEqual(base);
  });
});
