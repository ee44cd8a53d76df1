/**
 * Expands `$(NAME)` as Kubernetes does in `env[].value`, `command` and `args` (k8s.io/kubernetes
 * third_party/forked/golang/expansion): `$$` is a `$`, so that `$$(NAME)` stays `$(NAME)`; a name that nothing defines
 * stays as it is written, as does any other `$`. What is put in is not expanded again.
 */
export const expandVariables = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:\$|\(([^)]*)\))/g, (written, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(values, name) ? values[name]! : written;
  });
