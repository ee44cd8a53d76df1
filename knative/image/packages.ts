import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An npm package, or one of this project's own. */
export interface Package {
  name: string;
  version: string;
  /** As its package.json says: an SPDX expression, mostly. */
  license: string | undefined;
  /** Names of its dependencies. */
  needs: string[];
  /** It is not published. */
  own: boolean;
}

interface PackageJson {
  name?: string;
  version?: string;
  license?: string | { type?: string };
  private?: boolean;
  dependencies?: Record<string, string>;
}

/** The packages that these files belong to, each version once, in the order of their names. */
export function packagesOf(files: readonly string[]): Package[] {
  const found = new Map<string, Package>();
  for (const folder of new Set(files.map(dirname))) {
    const one = packageOf(folder);
    if (one) found.set(`${one.name}@${one.version}`, one);
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The nearest package.json upwards that names a package; those that only say `type` are skipped. */
function packageOf(folder: string): Package | undefined {
  const file = join(folder, 'package.json');
  const {
    name,
    version,
    license,
    private: own = false,
    dependencies = {},
  } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PackageJson) : {};
  if (name && version)
    return {
      name,
      version,
      license: typeof license === 'object' ? license.type : license,
      needs: Object.keys(dependencies),
      own,
    };
  return dirname(folder) === folder ? undefined : packageOf(dirname(folder));
}
