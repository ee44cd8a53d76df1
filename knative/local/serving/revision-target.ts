import type { Activator } from './proxy/activator.ts';
import type { ServingEndpoint, Target } from './proxy/exchange.ts';
import type { Revision } from './revision.ts';

/** Where requests of a Service go that one revision gets, whichever is the latest. */
export class RevisionTarget implements Target {
  readonly revision: Revision;

  constructor(revision: Revision) {
    this.revision = revision;
  }

  get name(): string {
    return this.revision.service.name;
  }

  get authority(): string {
    return `${this.name}.${this.revision.service.namespace}.svc.cluster.local`;
  }

  get timeoutMs(): number {
    return this.revision.service.timeoutMs;
  }

  get responseStartTimeoutMs(): number {
    return this.revision.service.responseStartTimeoutMs;
  }

  get streams(): boolean {
    return this.revision.service.protocol === 'h2c';
  }

  get activator(): Activator<ServingEndpoint> {
    return this.revision.activator;
  }
}
