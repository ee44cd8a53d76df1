/** The parts of a Kubernetes object that say whether it is ready. */
export interface Conditioned {
  kind?: string;
  metadata: { name: string };
  status?: { conditions?: readonly { type: string; status: string; message?: string }[] };
}

/** One line for each that is not ready, with what it says itself. */
export const notReady = (objects: readonly Conditioned[]): string[] =>
  objects.flatMap(({ kind = 'object', metadata, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    return ready?.status === 'True'
      ? []
      : [`${kind} ${metadata.name}: ${ready?.message ?? 'it has no condition Ready'}`];
  });
