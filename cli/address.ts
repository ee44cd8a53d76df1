/** An http address without a slash at its end. @throws Error with the reason, for the parser of options */
export function address(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) throw new Error('not an http address');
  return value.replace(/\/+$/, '');
}

/** Origin of the address of a page or of a blog. @throws Error with the reason, for the parser of options */
export const originOf = (value: string): string => new URL(address(value)).origin;
