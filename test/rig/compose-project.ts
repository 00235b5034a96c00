// A compose project on the daemon of this machine: a base image that asks no registry, and the end of all that is left there.
import { randomUUID } from 'node:crypto';
import { docker, importBase, lines } from '../../src/drivers/compose/testing/docker.ts';

export interface ComposeProject {
  /** The team's own project; that of production has `-production` behind it. */
  readonly name: string;
  /** An image with this node and nothing else. */
  readonly base: string;
  /** Containers, also those that have ended, with all of these labels. */
  containers(...labels: readonly string[]): readonly string[];
  /** Removes containers, networks, volumes and images of the project and of its colours. */
  remove(): void;
}

/** `services` are those that are built; without a base image of its own where the project names one. */
export function openComposeProject(services: readonly string[] = ['web'], hasBase = true): ComposeProject {
  const name = `tiny${randomUUID().slice(0, 8)}`;
  const base = `greenroom-test-base:${name}`;
  if (hasBase) importBase(base);
  const labelled = (label: string): readonly string[] => ['--filter', `label=${label}`];
  const containers = (...labels: readonly string[]): readonly string[] =>
    lines(docker('ps', '-aq', ...labels.flatMap(labelled)));
  return {
    ...{ name, base, containers },
    remove: () => {
      const colours = ['staging', 'production'].flatMap((each) => [`${name}-${each}-blue`, `${name}-${each}-green`]);
      const own = [name, `${name}-production`, ...colours].map((each) => `com.docker.compose.project=${each}`);
      for (const id of own.flatMap((label) => containers(label))) docker('rm', '-f', '-v', id);
      for (const what of ['network', 'volume'])
        for (const id of own.flatMap((label) => lines(docker(what, 'ls', '-q', ...labelled(label)))))
          docker(what, 'rm', id);
      const built = services.flatMap((each) => [`greenroom/${name}-${each}`, `${name}-${each}`, `${name}_${each}`]);
      for (const repository of built)
        for (const tag of lines(docker('images', '--format', '{{.Repository}}:{{.Tag}}', repository)))
          docker('image', 'rm', '-f', tag);
      // Those that a later build took the name from.
      for (const id of own.flatMap((label) => lines(docker('images', '-q', ...labelled(label)))))
        docker('image', 'rm', '-f', id);
      if (hasBase) docker('image', 'rm', '-f', base);
    },
  };
}
