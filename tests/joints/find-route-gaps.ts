import { destinationOf } from '@dormouse/cli/new/destination';
import { publicPaths, routesOf } from '@dormouse/cli/new/function-routes';
import { atEachFunction, type Finding, type Project } from './project.ts';

/** Paths that a function answers and the ingress leads elsewhere; routes to a function that answers nothing. */
export async function findRouteGaps(project: Project): Promise<Finding[]> {
  const routed = new Set(
    project.platform.virtualHosts.flatMap(({ routes }) =>
      routes.flatMap(({ action }) =>
        action.kind === 'route' ? action.destinations.map(({ service }) => service) : [],
      ),
    ),
  );
  return atEachFunction(project, async (name) => {
    // A PingSource asks the relay, and nobody else.
    const paths = name === 'relay' ? [] : publicPaths(await routesOf(project.root, name));
    if (paths.length === 0 && routed.has(name))
      return [`the ingress leads to ${name}, which answers nothing: add a route to functions/${name}/app.ts`];
    return paths.flatMap((path) => {
      const leads = destinationOf(project.platform, path.replaceAll(/:(\w+)(\{.+?\})?\??/g, '1')) ?? 'nobody';
      const remedy = `add routes to ${name} to knative/base/gateway.yaml, before "- name: auth"`;
      return leads === name ? [] : [`${name} answers ${path}, which the ingress leads to ${leads}: ${remedy}`];
    });
  });
}
