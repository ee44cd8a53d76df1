import type { HttpRoute } from '@dormouse/manifests/model';
import { ManifestError, type Origin } from '@dormouse/manifests/yaml/origin';

/** Fields to append (name, value, name, value …) for a client. */
export type AppendFields = (client: Client) => string[];

/** What values may name of a client. */
export interface Client {
  address: string;
  /** The host that it asked for. */
  host: string;
  /** `http` or `https`. */
  proto: string;
}

/** Values may name the client, and where it asked: Envoy's command operators, of which these are known. */
const address = '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%';
const authority = '%REQ(:AUTHORITY)%';
const protocol = '%REQ(X-FORWARDED-PROTO)%';

const operators = /(%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%|%REQ\(:AUTHORITY\)%|%REQ\(X-FORWARDED-PROTO\)%|%%)/;

/**
 * Compiles the `set` and `add` of a route's headers.
 * @throws ManifestError for a command operator that is not known
 */
export function compileFields({ set, add }: HttpRoute['requestHeaders'], origin: Origin): AppendFields {
  const rules = [...Object.entries(set), ...Object.entries(add)].map(([name, value]) => {
    const unknown = [address, authority, protocol, '%%']
      .reduce((rest, known) => rest.replaceAll(known, ''), value)
      .match(/%[^%]*%?/);
    if (unknown)
      throw new ManifestError(
        origin,
        `${name}: ${unknown[0]} is not understood; known are ${[address, authority, protocol].join(', ')}`,
      );
    return { name: name.toLowerCase(), parts: value.split(operators).filter((part) => part !== '') };
  });
  return (client) => {
    const fields: string[] = [];
    for (const { name, parts } of rules) {
      let value = '';
      for (const part of parts) value += part[0] === '%' ? operand(part, client) : part;
      fields.push(name, value);
    }
    return fields;
  };
}

function operand(operator: string, client: Client): string {
  if (operator === address) return client.address;
  if (operator === authority) return client.host;
  return operator === protocol ? client.proto : '%';
}
