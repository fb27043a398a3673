import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { NodeRedSource } from '../../backup-request.ts';
import { isWithin } from '../../io/real-path.ts';
import type { HeaderInstallation, OutsideFile } from '../tasks.ts';

/**
 * What `backup.json` says of the Node-RED. Null where nothing is known of it.
 *
 * @param folders - those outside the user directory that go in
 */
export function headerInstallation(source: NodeRedSource, folders: readonly OutsideFile[]): HeaderInstallation | null {
  const { facts, flowFile, settingsFile } = source;
  if (facts === undefined) return null;
  const { project, guards, port } = facts;
  const places = [{ path: realpathSync(source.path), member: source.label as string }, ...folders];
  const memberOf = (path: string | null): string | null => {
    if (path === null || !existsSync(path)) return null;
    const real = realpathSync(path);
    const place = places.find((each) => isWithin(real, each.path));
    return place === undefined ? null : `${place.member}/${relative(place.path, real).split(sep).join('/')}`;
  };
  return {
    flow_file: flowFile,
    settings_file: settingsFile,
    project: project && {
      name: project.name,
      path: project.folder,
      flow_file: memberOf(project.flowFile),
      credentials_file: memberOf(project.credentialsFile),
    },
    logins: guards,
    port,
  };
}
