/** What differs from an earlier commit. */
export interface Change {
  /** Paths relative to the project. */
  files: readonly string[];
  /** Folders of installed packages that the lock file resolves to something else: `node_modules/hono`. */
  packages: readonly string[];
}

/** What goes into an image: paths relative to the project; one that ends in a slash stands for all below it. */
export type Contents = readonly string[];

/** What every image is made with. */
export const inEveryImage: Contents = [
  'package.json',
  'tsconfig.json',
  'knative/image/',
  'knative/local/serving/process/bundle.ts',
  'knative/local/serving/process/explicit-sdk.ts',
  `node_modules/node-${process.platform}-${process.arch}/`,
  'node_modules/esbuild/',
];

const isOnlyOfTests = (path: string) => /\.(test|fixture)\.ts$/.test(path);

/** Names of the images that something which has changed goes into, in their order. */
export function changedImages(images: ReadonlyMap<string, Contents>, { files, packages }: Change): string[] {
  const changed = files.filter((path) => !isOnlyOfTests(path));
  const holds = (part: string) =>
    part.endsWith('/')
      ? changed.some((path) => path.startsWith(part)) || packages.some((path) => `${path}/`.startsWith(part))
      : changed.includes(part) || packages.some((path) => part.startsWith(`${path}/`));
  const everywhere = inEveryImage.some(holds);
  return [...images].filter(([, contents]) => everywhere || contents.some(holds)).map(([name]) => name);
}
