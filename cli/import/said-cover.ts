type Fields = Readonly<Record<string, unknown>>;

/** Where programs and themes keep it, in lower case; the first that names a picture is taken. */
const names =
  'cover coverimage cover_image featured_image featuredimage feature_image featureimage image heroimage hero_image header banner thumbnail images'.split(
    ' ',
  );
/** The address, where the field has parts. `header` is of Minimal Mistakes. */
const addresses = 'image src url path file overlay_image teaser'.split(' ');

const isPicture = (value: unknown): value is string =>
  typeof value === 'string' &&
  (/\.(?:png|jpe?g|gif|webp|avif|svg)(?:[?#].*)?$/i.test(value.trim()) || /^https?:\/\/\S+$/.test(value.trim()));

/** The picture that a head names for its article. @param fields with names in lower case */
export function saidCover(fields: Fields): { url: string; alt: string; isMention: true } | undefined {
  for (const name of names) {
    const [value] = [fields[name]].flat();
    const parts = typeof value === 'object' && value !== null ? (value as Fields) : undefined;
    // Some themes show it in lists alone.
    if (parts?.hidden === true) continue;
    const url = parts ? addresses.map((each) => parts[each]).find(isPicture) : value;
    if (!isPicture(url)) continue;
    const alts = [parts?.alt, fields[`${name}_alt`], fields[`${name}alt`], parts?.caption];
    const alt = alts.find((each) => typeof each === 'string');
    return { url: url.trim(), alt: typeof alt === 'string' ? alt : '', isMention: true };
  }
  return undefined;
}
