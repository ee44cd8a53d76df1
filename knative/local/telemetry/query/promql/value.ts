import { type Flat, type Labels, labelOf } from '../prometheus-series.ts';
import { PromqlError } from './expression.ts';

/** An element of an instant vector. */
export interface Point {
  labels: Labels;
  value: number;
}

/** A series within a range that ends at `endMs`. */
export interface Window extends Flat {
  rangeMs: number;
  endMs: number;
}

export type Value =
  | { type: 'scalar'; value: number }
  | { type: 'string'; value: string }
  | { type: 'vector'; points: readonly Point[] }
  | { type: 'matrix'; windows: readonly Window[] };

/** @throws PromqlError */
export function vectorOf(value: Value, of: string): readonly Point[] {
  if (value.type !== 'vector') throw new PromqlError(`${of} needs an instant vector, not a ${value.type}`);
  return value.points;
}

/** @throws PromqlError */
export function windowsOf(value: Value, of: string): readonly Window[] {
  if (value.type !== 'matrix') throw new PromqlError(`${of} needs a range vector, not a ${value.type}`);
  return value.windows;
}

/** @throws PromqlError */
export function numberOf(value: Value, of: string): number {
  if (value.type !== 'scalar') throw new PromqlError(`${of} needs a number, not a ${value.type}`);
  return value.value;
}

/** @throws PromqlError */
export function stringOf(value: Value, of: string): string {
  if (value.type !== 'string') throw new PromqlError(`${of} needs a string, not a ${value.type}`);
  return value.value;
}

export const unnamed = ({ __name__: _, ...labels }: Labels): Labels => labels;
export const pick = (labels: Labels, names: readonly string[]): Labels =>
  Object.fromEntries(names.flatMap((name) => (labelOf(labels, name) ? [[name, labelOf(labels, name)]] : [])));
export const omit = (labels: Labels, names: readonly string[]): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));

/** Labels as a key that does not depend on their order. */
export const keyOf = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
