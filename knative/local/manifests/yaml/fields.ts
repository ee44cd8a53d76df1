import { didYouMean } from './did-you-mean.ts';
import { ManifestError, type Origin } from './origin.ts';
import { isObject, type Json, type JsonObject } from './source-positions.ts';

type Path = readonly (string | number)[];

/**
 * Reads one mapping of a manifest strictly: a field that is absent or null is undefined, one of another type is a
 * ManifestError at its line, and so is a field that nobody asked for.
 */
export class Fields {
  readonly value: JsonObject;
  readonly path: Path;
  private readonly locate: (path: Path) => Origin;

  constructor(value: JsonObject, locate: (path: Path) => Origin, path: Path = []) {
    this.value = value;
    this.locate = locate;
    this.path = path;
  }

  /** Where `key` was written, or the mapping itself. */
  origin(key?: string): Origin {
    return this.locate(key === undefined ? this.path : [...this.path, key]);
  }

  /** Throws a ManifestError about `key`, with its full path. */
  fail(key: string | undefined, problem: string): never {
    throw new ManifestError(
      this.origin(key),
      `${[name(key === undefined ? this.path : [...this.path, key]), problem].join(' ').trim()}`,
    );
  }

  /** Rejects every field that is not named here. */
  only(...known: readonly string[]): this {
    for (const key of Object.keys(this.value)) {
      if (known.includes(key)) continue;
      const meant = didYouMean(key, known);
      this.fail(key, `is not understood${meant ? `: did you mean "${meant}"?` : `; known here: ${known.join(', ')}`}`);
    }
    return this;
  }

  get keys(): string[] {
    return Object.keys(this.value).filter((key) => this.has(key));
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  raw(key: string): Exclude<Json, null> | undefined {
    return Object.hasOwn(this.value, key) ? (this.value[key] ?? undefined) : undefined;
  }

  text(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === 'string') return value;
    return this.fail(key, `must be text${typeof value === 'object' ? '' : `: write "${value}" in quotes`}`);
  }

  /** A required, non-empty string. */
  string(key: string): string {
    return (
      this.text(key) ||
      this.fail(this.has(key) ? key : undefined, this.has(key) ? 'must not be empty' : `needs "${key}"`)
    );
  }

  integer(key: string, min: number, max = 2 ** 31 - 1): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) return this.fail(key, 'must be a whole number');
    if (value < min || value > max) return this.fail(key, `must be between ${min} and ${max}`);
    return value;
  }

  boolean(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.fail(key, 'must be true or false');
  }

  oneOf<T extends string>(key: string, ...allowed: readonly T[]): T | undefined {
    const value = this.text(key);
    return value === undefined
      ? undefined
      : (allowed.find((each) => each === value) ?? this.fail(key, `must be one of ${allowed.join(', ')}`));
  }

  fields(key: string): Fields | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (!isObject(value)) return this.fail(key, 'must be a mapping');
    return new Fields(value, this.locate, [...this.path, key]);
  }

  /** A required mapping. */
  need(key: string): Fields {
    return this.fields(key) ?? this.fail(undefined, `needs "${key}"`);
  }

  /** A list of mappings; empty when absent. */
  list(key: string): Fields[] {
    return this.items(key).map((item, index) => {
      if (!isObject(item))
        throw new ManifestError(
          this.locate([...this.path, key, index]),
          `${name([...this.path, key, index])} must be a mapping`,
        );
      return new Fields(item, this.locate, [...this.path, key, index]);
    });
  }

  /** A list of strings with their positions; empty when absent. */
  texts(key: string): { text: string; origin: Origin }[] {
    return this.items(key).map((text, index) => {
      const origin = this.locate([...this.path, key, index]);
      if (typeof text !== 'string') throw new ManifestError(origin, `${name([...this.path, key, index])} must be text`);
      return { text, origin };
    });
  }

  /** A mapping of texts; empty when absent. */
  map(key: string): Record<string, string> {
    const fields = this.fields(key);
    return Object.fromEntries((fields?.keys ?? []).map((each) => [each, fields!.text(each) ?? '']));
  }

  private items(key: string): Json[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : this.fail(key, 'must be a list');
  }
}

const name = (path: Path) =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${part}`)).join('');
