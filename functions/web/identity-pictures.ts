import type { SiteSettings } from './site.ts';

type Identity = Pick<SiteSettings, 'logo' | 'icon'>;

/** Path of a form of a picture of the blog. @param name of the form, `640.webp` */
export const identityPath = (hash: string, name: string): string => `/blog/media/pictures/${hash}-${name}`;

/** Path of the logo for the head of every page: WebP keeps what is transparent. */
export const logoPath = ({ logo }: Identity): string | undefined => (logo ? identityPath(logo, '640.webp') : undefined);

/** Paths of the icon for browsers and for home screens, which take no WebP; undefined: the blog has the usual one. */
export function iconPaths({ icon, logo }: Identity): { icon: string; touch: string } | undefined {
  const hash = icon ?? logo;
  return hash ? { icon: identityPath(hash, '640.webp'), touch: identityPath(hash, '640.jpg') } : undefined;
}

/** Path of the picture that stands for the blog on cards of links. */
export function cardPath({ logo, icon }: Identity): string | undefined {
  const hash = logo ?? icon;
  return hash ? identityPath(hash, '1280.jpg') : undefined;
}
