import type { Service } from '@dormouse/manifests/model';
import type { Target } from './proxy/exchange.ts';
import type { Listener } from './proxy/listener.ts';
import type { ServedService } from './served-service.ts';

/** A tag's address in the cluster: `TAG-NAME` beside that of its Service. */
interface TagAddress {
  served: ServedService;
  target: () => Target;
  listener: Listener;
}

export interface TagAddresses {
  /** Gives each tag of a Service's traffic an address, and takes those of its former tags away. */
  update(service: Pick<Service, 'name' | 'namespace' | 'traffic'>, served: ServedService): Promise<void>;
  /** @param key `namespace/TAG-NAME` */
  find(key: string): TagAddress | undefined;
  close(): Promise<void>;
}

const closeMs = 15_000;

export function tagAddresses(open: (served: ServedService, target: () => Target) => Promise<Listener>): TagAddresses {
  const addresses = new Map<string, TagAddress>();
  return {
    async update({ name, namespace, traffic = [] }, served) {
      const tags = new Map(traffic.flatMap(({ tag }) => (tag ? [[`${namespace}/${tag}-${name}`, tag]] : [])));
      for (const [key, address] of addresses) {
        if (address.served !== served || tags.has(key)) continue;
        addresses.delete(key);
        void address.listener.close(closeMs);
      }
      for (const [key, tag] of tags) {
        if (addresses.has(key)) continue;
        const target = () => served.tagged(tag);
        addresses.set(key, { served, target, listener: await open(served, target) });
      }
    },
    find: (key) => addresses.get(key),
    async close() {
      await Promise.all([...addresses.values()].map(({ listener }) => listener.close(0)));
    },
  };
}
