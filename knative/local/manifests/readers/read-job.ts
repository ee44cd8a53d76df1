import type { Job } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import type { Ignore, ObjectFields } from './read-object.ts';
import { readPod } from './read-pod.ts';

/** Fields of a Job that order Pods on a cluster. */
const withoutMeaning = ['ttlSecondsAfterFinished', 'parallelism', 'completions', 'completionMode', 'podFailurePolicy'];
const podWithoutMeaning = [
  'serviceAccountName',
  'automountServiceAccountToken',
  'securityContext',
  'imagePullSecrets',
  'nodeSelector',
  'tolerations',
  'affinity',
  'enableServiceLinks',
];

/** Reads a plain Job (batch/v1): one container that runs once. */
export function readJob({ name, namespace, root, origin, ignore, enabled }: ObjectFields): Job {
  const spec = root.need('spec').only('template', 'backoffLimit', 'activeDeadlineSeconds', ...withoutMeaning);
  for (const key of ['parallelism', 'completions'])
    if ((spec.integer(key, 0) ?? 1) !== 1) spec.fail(key, 'must be 1: a Job here is one process');
  const template = spec.need('template').only('metadata', 'spec');
  const pod = readPodSettings(template.need('spec'), ignore);
  if (!pod.oneOf('restartPolicy', 'Never', 'OnFailure')) pod.fail(undefined, 'needs restartPolicy: Never or OnFailure');
  for (const key of withoutMeaning) if (spec.has(key)) ignore(`${key}: it orders Pods of a cluster`, spec.origin(key));
  const deadline = spec.integer('activeDeadlineSeconds', 1);
  return {
    name,
    namespace,
    container: readPod(pod, 'Job', { ignore, enabled }).container,
    backoffLimit: spec.integer('backoffLimit', 0) ?? 6,
    activeDeadlineMs: deadline === undefined ? undefined : deadline * 1000,
    origin,
  };
}

/** A plain Pod's specification without what orders Pods on a cluster. */
export function readPodSettings(pod: Fields, ignore: Ignore): Fields {
  pod.only(
    'containers',
    'initContainers',
    'volumes',
    'restartPolicy',
    'terminationGracePeriodSeconds',
    ...podWithoutMeaning,
  );
  for (const key of podWithoutMeaning) if (pod.has(key)) ignore(`${key}: it orders Pods of a cluster`, pod.origin(key));
  return pod;
}
