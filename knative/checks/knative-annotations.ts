import { revisionAnnotations, serviceAnnotations, type ValueRule } from '@dormouse/manifests/knative-rules';
import { didYouMean } from '@dormouse/manifests/yaml/did-you-mean';
import type { IServiceSpec } from '@kubernetes-models/knative/serving.knative.dev/v1/ServiceSpec';
import { all, type Finding, finding, type Manifest, type Manifests } from './manifest.ts';

/** Checks Knative's annotations: known names, in the right object, with valid values. */
export const checkKnativeAnnotations = (manifests: Manifests): Finding[] =>
  all<IServiceSpec>(manifests, 'Service.serving.knative.dev').flatMap((service) => [
    ...check(service, 'metadata.annotations', service.metadata.annotations, serviceAnnotations),
    ...check(
      service,
      'spec.template.metadata.annotations',
      service.spec.template?.metadata?.annotations,
      revisionAnnotations,
    ),
    ...checkScales(service),
  ]);

function check(
  service: Manifest,
  path: string,
  annotations: object | undefined,
  known: Readonly<Record<string, ValueRule>>,
): Finding[] {
  return Object.entries({ ...annotations }).flatMap(([key, value]) => {
    if (!/(^|\.)(autoscaling|serving)\.knative\.dev\//.test(key)) return [];
    const problem = known[key] ? known[key](String(value)) : misplaced(key, known);
    return problem ? [finding(service, `${path}["${key}"]`, problem)] : [];
  });
}

function misplaced(key: string, known: Readonly<Record<string, ValueRule>>): string {
  if (known === serviceAnnotations && revisionAnnotations[key])
    return 'belongs under spec.template.metadata.annotations';
  if (known === revisionAnnotations && serviceAnnotations[key]) return 'belongs under metadata.annotations';
  const meant = didYouMean(key, Object.keys(known));
  return `is not an annotation of Knative's${meant ? `: did you mean ${meant}?` : ''}`;
}

function checkScales(service: Manifest & { spec: IServiceSpec }): Finding[] {
  const { annotations } = service.spec.template?.metadata ?? {};
  const scale = (name: string) => Number(annotations?.[`autoscaling.knative.dev/${name}`] ?? 0);
  const [min, max] = [scale('min-scale'), scale('max-scale')];
  if (max === 0 || !(min > max)) return [];
  return [
    finding(
      service,
      'spec.template.metadata.annotations["autoscaling.knative.dev/max-scale"]',
      `${max} is less than min-scale ${min}`,
    ),
  ];
}
