import { groups, groupVersion, type Kind, kinds, verbsOf, versionsOf } from './kinds.ts';

const named = groups.filter(Boolean);

/** The document of a path that says what the API has; undefined for other paths. @param accept what the client understands */
export function discovery(pathname: string, accept: string): object | undefined {
  const aggregated = /g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList/.test(accept);
  if (pathname === '/version') return version;
  if (pathname === '/api') return aggregated ? groupDiscovery(['']) : coreVersions;
  if (pathname === '/apis') return aggregated ? groupDiscovery(named) : groupList();
  const [root, ...path] = pathname.split('/').slice(1);
  const [group, inGroup, more] = root === 'api' ? ['', ...path] : path;
  if ((root !== 'api' && root !== 'apis') || group === undefined || more !== undefined || !groups.includes(group))
    return undefined;
  if (root === 'apis' && inGroup === undefined && group)
    return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
  return inGroup !== undefined && versionsOf(group).includes(inGroup) ? resourceList(group, inGroup) : undefined;
}

const version = {
  ...{ major: '1', minor: '34', gitVersion: 'v1.34.0+dormouse', gitCommit: '', gitTreeState: 'clean' },
  ...{ buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: 'linux/amd64' },
};

const coreVersions = { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };

const groupList = () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(groupOf) });

function groupOf(name: string) {
  const versions = versionsOf(name).map((each) => ({ groupVersion: `${name}/${each}`, version: each }));
  return { name, versions, preferredVersion: versions[0] };
}

const inVersion = (group: string, served: string): Kind[] =>
  kinds.filter((each) => each.group === group && each.versions.includes(served));

const resourceList = (group: string, served: string) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: groupVersion(group, served),
  resources: inVersion(group, served).map((each) => ({
    ...{ name: each.plural, singularName: each.kind.toLowerCase(), namespaced: each.namespaced, kind: each.kind },
    ...{ verbs: verbsOf(each), shortNames: each.short, categories: each.categories },
  })),
});

/** All groups in one document (apidiscovery.k8s.io/v2), as kubectl asks for it first. */
const groupDiscovery = (wanted: readonly string[]) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: wanted.map((group) => ({
    metadata: { name: group, creationTimestamp: null },
    versions: versionsOf(group).map((served) => ({
      version: served,
      freshness: 'Current',
      resources: inVersion(group, served).map((each) => ({
        resource: each.plural,
        responseKind: { group: '', version: '', kind: each.kind },
        scope: each.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: each.kind.toLowerCase(),
        verbs: verbsOf(each),
        shortNames: each.short,
        categories: each.categories,
      })),
    })),
  })),
});

/** The media type of a document of discovery. */
export const discoveryType = (document: object): string =>
  (document as { kind?: string }).kind === 'APIGroupDiscoveryList'
    ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    : 'application/json';
