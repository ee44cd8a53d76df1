import { posix } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { staticObject } from '../static-javascript.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** Reads YAML, TOML, JSON or literal JavaScript by its name's ending; undefined for what cannot be read, or is no object. */
export function settingsOf(path: string, text: string): Settings | undefined {
  const ending = posix.extname(path).toLowerCase();
  try {
    if (/^\.ya?ml$/.test(ending))
      return asSettings(parseYaml(text, { uniqueKeys: false, merge: true, logLevel: 'error' }) ?? {});
    if (ending === '.toml') return asSettings(parseToml(text));
    if (ending === '.json') return asSettings(JSON.parse(text));
    return /^\.[cm]?[jt]s$/.test(ending) ? staticObject(text) : undefined;
  } catch {
    return undefined;
  }
}

/** A value of settings as settings; empty when it is no object. */
export function within(settings: Settings | undefined, ...names: readonly string[]): Settings {
  let at: unknown = settings;
  for (const name of names) at = asSettings(at)?.[name];
  return asSettings(at) ?? {};
}

/** The texts of a list, or a single text as a list of one. */
export function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) =>
    typeof one === 'string' && one !== '' ? [one] : [],
  );
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** An IANA zone as settings name it; undefined for what is none. */
export function zoneOf(value: unknown): string | undefined {
  const zone = text(value);
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone && zone;
  } catch {
    return undefined;
  }
}

export function asSettings(value: unknown): Settings | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : undefined;
}

/** People by their keys, of files like `authors.yml`: `ada: { name: Ada L., url: https://… }`. */
export function peopleIn(files: readonly Settings[]): Map<string, { name: string; url: string | undefined }> {
  return new Map(
    files.flatMap(Object.entries).flatMap(([key, value]) => {
      const { name, display_name: shown, title, url, web, uri } = asSettings(value) ?? {};
      const known = text(name) ?? text(shown) ?? text(title);
      return known ? [[key, { name: known, url: [url, web, uri].map(text).find(Boolean) }] as const] : [];
    }),
  );
}

/** The objects of a list, or a single object as a list of one. */
export function settingsIn(value: unknown): Settings[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => {
    const settings = asSettings(one);
    return settings ? [settings] : [];
  });
}
