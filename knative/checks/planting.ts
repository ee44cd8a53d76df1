import { type Manifest, nameOf } from './manifest.ts';
import type { Planted } from './planted.fixture.ts';

type Steps = readonly (string | number)[];

/** The objects with one planted error, and the object that has it. */
export function plant(
  manifests: readonly Manifest[],
  { object, field, value, beside = [] }: Planted,
): { all: Manifest[]; changed: Manifest | undefined } {
  const copies = structuredClone([...manifests, ...beside]);
  if (typeof object !== 'string') copies.push(structuredClone(object));
  const changed = typeof object === 'string' ? copies.find((each) => nameOf(each) === object) : copies.at(-1);
  if (!changed) throw new Error(`there is no ${object}`);
  if (field) setField(changed, field, value);
  const remains = field || typeof object !== 'string';
  return remains ? { all: copies, changed } : { all: copies.filter((each) => each !== changed), changed: undefined };
}

/** Sets the field at a path like `spec.http[0]["a.b"]` and creates its parents; undefined removes it. */
export const setField = (target: object, field: string, value: unknown): void => set(target, stepsOf(field), value);

const stepsOf = (path: string): Steps =>
  [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, name]) =>
    index === undefined ? (quoted ?? name)! : Number(index),
  );

function set(target: object, [step, ...rest]: Steps, value: unknown): void {
  if (step === undefined) return;
  if (rest.length > 0) {
    if (Reflect.get(target, step) === undefined) Reflect.set(target, step, {});
    set(Reflect.get(target, step), rest, value);
  } else if (value === undefined) Reflect.deleteProperty(target, step);
  else Reflect.set(target, step, value);
}
