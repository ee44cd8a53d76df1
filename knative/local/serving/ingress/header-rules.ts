import type { HttpRoute } from '@dormouse/manifests/model';
import { ManifestError, type Origin } from '@dormouse/manifests/yaml/origin';

/** Field lines to append, for a client's address and the host that it asked for. */
export type AppendFields = (address: string, host: string) => string;

/** Values may name the client, and where it asked: Envoy's command operators, of which these are known. */
const address = '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%';
const authority = '%REQ(:AUTHORITY)%';
/** There is no other protocol on this machine. */
const protocol = '%REQ(X-FORWARDED-PROTO)%';

/**
 * Compiles the `set` and `add` of a route's headers.
 * @throws ManifestError for a command operator that is not known
 */
export function compileFields({ set, add }: HttpRoute['requestHeaders'], origin: Origin): AppendFields {
  const lines = [...Object.entries(set), ...Object.entries(add)].map(([name, value]) => {
    const unknown = [address, authority, protocol, '%%']
      .reduce((rest, known) => rest.replaceAll(known, ''), value)
      .match(/%[^%]*%?/);
    if (unknown)
      throw new ManifestError(
        origin,
        `${name}: ${unknown[0]} is not understood; known are ${[address, authority, protocol].join(', ')}`,
      );
    return `${name.toLowerCase()}: ${value.replaceAll(protocol, 'http')}\r\n`;
  });
  const parts = lines
    .join('')
    .split(address)
    .map((part) => part.split(authority).map((text) => text.replaceAll('%%', '%')));
  return (client, host) => parts.map((part) => part.join(host)).join(client);
}
