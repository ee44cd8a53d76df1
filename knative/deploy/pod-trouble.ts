/** A Pod as the cluster has it. */
export interface LivePod {
  metadata: { name: string };
  status?: {
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

interface ContainerStatus {
  name: string;
  state?: {
    waiting?: { reason?: string; message?: string };
    terminated?: { reason?: string; message?: string; exitCode: number };
  };
}

/** Reasons of a container that waits for nothing but its turn. */
const usual = new Set(['ContainerCreating', 'PodInitializing']);

/** What keeps Pods from starting, a line each: ErrImagePull, CrashLoopBackOff, Unschedulable, … with Kubernetes' message. */
export const troubleOf = (pods: readonly LivePod[]): string[] =>
  pods.flatMap(({ metadata: { name }, status = {} }) => {
    const { containerStatuses = [], initContainerStatuses = [], conditions = [] } = status;
    const unscheduled = conditions.filter(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
    return [
      ...unscheduled.map(({ reason, message }) => line(name, reason, message)),
      ...[...initContainerStatuses, ...containerStatuses].flatMap(({ name: container, state = {} }) => {
        const { waiting, terminated } = state;
        const who = `${name}, ${container}`;
        if (waiting?.reason && !usual.has(waiting.reason)) return [line(who, waiting.reason, waiting.message)];
        return terminated && terminated.exitCode !== 0
          ? [line(who, terminated.reason ?? 'Error', terminated.message ?? `exit code ${terminated.exitCode}`)]
          : [];
      }),
    ];
  });

const line = (who: string, reason = 'waits', message = ''): string =>
  `${who}: ${[reason, message.replaceAll(/\s+/g, ' ').trim()].filter((each) => each !== '').join(': ')}`;
