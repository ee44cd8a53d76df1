import type { Spread } from './statistics.ts';

export const number = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
export const range = ({ median, min, max }: Spread): string => `${number(median)} (${number(min)}–${number(max)})`;
export const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
