/** An http address without a slash at its end. @throws Error with the reason, for the parser of options */
export function address(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) throw new Error('not an http address');
  return value.replace(/\/+$/, '');
}
