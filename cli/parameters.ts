import { parsePort } from '@dormouse/local/port';
import { parseNetwork } from '@dormouse/local/trusted-proxies';
import { parsePublicUrl } from '@dormouse/runtime/public-url';
import { address } from './address.ts';

/** A switch that is off unless it is given. */
export const flag = (brief: string) => ({ kind: 'boolean', optional: true, withNegated: false, brief }) as const;

/** A switch that is on unless `--no-…` is given. */
export const onFlag = (brief: string) => ({ kind: 'boolean', default: true, brief }) as const;

/** An option that takes a text, which `parse` may turn into something else, or refuse by throwing one line. */
export function option(placeholder: string, brief: string): Option<string>;
export function option<T>(placeholder: string, brief: string, parse: (input: string) => T): Option<T>;
export function option(placeholder: string, brief: string, parse: (input: string) => unknown = String) {
  return { kind: 'parsed', optional: true, placeholder, brief, parse };
}

interface Option<T> {
  readonly kind: 'parsed';
  readonly optional: true;
  readonly placeholder: string;
  readonly brief: string;
  readonly parse: (input: string) => T;
}

/** An option that takes one of some words, which completion offers. */
export const choice = <const T extends string>(values: readonly T[], preset: T, brief: string) =>
  ({ kind: 'enum', values, default: preset, brief }) as const;

interface Argument<T> {
  readonly placeholder: string;
  readonly brief: string;
  readonly parse: (input: string) => T;
}

/** An argument that stands without an option's name; `parse` as for an option. */
export function argument(placeholder: string, brief: string): Argument<string>;
export function argument<T>(placeholder: string, brief: string, parse: (input: string) => T): Argument<T>;
export function argument(placeholder: string, brief: string, parse: (input: string) => unknown = String) {
  return { placeholder, brief, parse };
}

export const port = (input: string): number => parsePort(input) ?? reject('not a port');

export const httpAddress = (input: string): string => address(input);

/** An http address to which the slash at its end belongs. */
export function httpUrl(input: string): string {
  address(input);
  return input;
}

/** Where readers find the blog. */
export const publicUrl = (input: string): string => parsePublicUrl(input);

/** An address or a network: 127.0.0.1/8. */
export function network(input: string): string {
  parseNetwork(input);
  return input;
}

/** A whole number from `min`. */
export const wholeNumber =
  (min: number, max = 999_999) =>
  (input: string): number => {
    const number = Number(input);
    if (/^\d{1,9}$/.test(input) && number >= min && number <= max) return number;
    return reject(
      max === 999_999 ? `must be a whole number from ${min}` : `must be a whole number from ${min} to ${max}`,
    );
  };

/** Shares of requests that grow, per cent: 1,10,50. */
export function percentages(input: string): number[] {
  const steps = input.split(',').map(wholeNumber(1, 99));
  const grows = steps.every((step, index) => index === 0 || step > steps[index - 1]!);
  return grows ? steps : reject('each must be larger than the one before');
}

/** A number above 0, with decimals. */
export const positiveNumber = (input: string): number =>
  /^\d{1,9}(?:\.\d{1,6})?$/.test(input) && Number(input) > 0 ? Number(input) : reject('must be a number above 0');

/** Tag of an image, as registries and file names take it. */
export const imageTag = (input: string): string =>
  /^\w[\w.-]{0,127}$/.test(input) ? input : reject('must be letters, digits, "_", "." and "-", 128 at most');

/** What stands before an image's own name: `registry.example:5000/team`. */
export const imagePrefix = (input: string): string =>
  /^[a-z\d.-]+(?::\d{1,5})?(?:\/[a-z\d._-]+)*$/.test(input)
    ? input
    : reject('must be like registry.example/team, in lower case, without a tag');

function reject(reason: string): never {
  throw new Error(reason);
}
