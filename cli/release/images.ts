import { parseDocument } from 'yaml';

/**
 * An overlay's images/kustomization.yaml with the digests of a release.
 * @param digests of images by the function's name, `sha256:…`
 * @throws Error when an image of the file has no digest
 */
export function imagesByDigest(text: string, registry: string, digests: ReadonlyMap<string, string>): string {
  const document = parseDocument(text);
  const { images = [] } = document.toJS() as { images?: { name: string }[] };
  const entries = images.map(({ name }) => {
    const digest = digests.get(name.slice(name.lastIndexOf('/') + 1));
    if (!digest) throw new Error(`no image was made for ${name}`);
    return { name, newName: `${registry}/${name.slice(name.lastIndexOf('/') + 1)}`, digest };
  });
  document.set('images', document.createNode(entries));
  return document.toString({ lineWidth: 0 });
}

/** Name → digest of the lines that `npm run image` prints: `REGISTRY/NAME:TAG sha256:… FILE`. */
export function digestsOf(output: string): Map<string, string> {
  const found = output.matchAll(/^\S+\/([\w-]+):\S+ (sha256:[0-9a-f]{64}) /gm);
  return new Map([...found].map(([, name, digest]) => [name as string, digest as string]));
}
