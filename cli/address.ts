import { Mistake } from './usage-error.ts';

/** An http address without a slash at its end. @throws Mistake naming the option */
export function address(option: string, value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new Mistake(`${option} ${value}: not an http address`);
  return value.replace(/\/+$/, '');
}
