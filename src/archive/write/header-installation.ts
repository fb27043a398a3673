import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { NodeRedSource } from '../../backup-request.ts';
import { wayInto } from '../../io/file-identity.ts';
import { isWithin } from '../../io/real-path.ts';
import type { HeaderContextStore, HeaderInstallation, HeaderLink } from '../backup-header.ts';
import type { NamedPlace } from './outside-members.ts';

/** What a Node-RED is made of in the archive: the user directory, and what it uses outside. */
export interface NodeRedPlaces {
  readonly source: NodeRedSource;
  readonly outside: readonly NamedPlace[];
  /** Whether an exclude pattern leaves out something of the user directory. */
  readonly isLeftOut: (relative: string, isFolder: boolean) => boolean;
}

/** The name of the member that holds a file or folder. Null when it is not there, or in nothing that goes in. */
export function memberIn({ source, outside }: NodeRedPlaces, path: string | null): string | null {
  if (path === null || !existsSync(path)) return null;
  const real = realpathSync(path);
  const way = wayInto(real, realpathSync(source.path));
  if (way !== null) return nameOf(source.label, way);
  const place = outside.find((each) => each.path === real || (each.isFolder && isWithin(real, each.path)));
  return place === undefined ? null : nameOf(place.member, relative(place.path, real));
}

function nameOf(member: string, way: string): string {
  return way === '' ? member : `${member}/${way.split(sep).join('/')}`;
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
    context_stores: storesIn(places),
    links: linksIn(places),
  };
}

function storesIn(places: NodeRedPlaces): readonly HeaderContextStore[] {
  const { label, facts } = places.source;
  return (facts?.contextStores ?? []).map((store) => {
    const member = memberIn(places, store.path);
    const isLeftOut =
      member?.startsWith(`${label}/`) === true && places.isLeftOut(member.slice(label.length + 1), true);
    return { ...store, member: isLeftOut ? null : member };
  });
}

function linksIn({ outside }: NodeRedPlaces): readonly HeaderLink[] {
  const links = outside.flatMap(({ link }) => (link === null ? [] : [link]));
  return links.map(({ name, target }) => ({ link: name, target }));
}
