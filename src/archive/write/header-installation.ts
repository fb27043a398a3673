import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { NodeRedSource } from '../../backup-request.ts';
import { isWithin } from '../../io/real-path.ts';
import type { HeaderInstallation, OutsideFile } from '../backup-header.ts';

/** What a Node-RED is made of in the archive: the user directory, and folders outside it. */
export interface NodeRedPlaces {
  readonly source: NodeRedSource;
  /** Those outside the user directory that go in. */
  readonly folders: readonly OutsideFile[];
}

/** The name of the member that holds a file. Null when it is not there, or in none of the folders that go in. */
export function memberIn({ source, folders }: NodeRedPlaces, path: string | null): string | null {
  if (path === null || !existsSync(path)) return null;
  const real = realpathSync(path);
  const userDir = { path: realpathSync(source.path), member: source.label };
  const place = [userDir, ...folders].find((each) => isWithin(real, each.path));
  return place === undefined ? null : `${place.member}/${relative(place.path, real).split(sep).join('/')}`;
}

/** What `backup.json` says of the Node-RED. Null where nothing is known of it. */
export function headerInstallation(places: NodeRedPlaces): HeaderInstallation | null {
  const { facts, flowFile, settingsFile } = places.source;
  if (facts === undefined) return null;
  const { project, guards, port } = facts;
  return {
    flow_file: flowFile,
    settings_file: settingsFile,
    project: project && {
      name: project.name,
      path: project.folder,
      flow_file: memberIn(places, project.flowFile),
      credentials_file: memberIn(places, project.credentialsFile),
    },
    logins: guards,
    port,
  };
}
