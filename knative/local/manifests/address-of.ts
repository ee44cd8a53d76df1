import { addressOfChannel } from './channel-address.ts';
import type { Destination } from './model.ts';

/** What takes the events of all JobSinks (knative/eventing pkg/reconciler/jobsink). */
export const jobSinkHost = 'job-sink.knative-eventing.svc.cluster.local';

/** In-cluster address of a destination. */
export function addressOf(to: Destination): string {
  if (to.kind === 'url') return to.url;
  if (to.kind === 'broker')
    return `http://broker-ingress.knative-eventing.svc.cluster.local/${to.namespace}/${to.name}`;
  if (to.kind === 'jobSink') return `http://${jobSinkHost}/${to.namespace}/${to.name}`;
  if (to.kind === 'channel') return addressOfChannel(to);
  return `http://${to.name}.${to.namespace}.svc.cluster.local${to.path === '/' ? '' : to.path}`;
}
