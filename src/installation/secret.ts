/** What credentials are encrypted with. */
import type { CredentialSecret } from '../backup-request.ts';
import { isObject } from '../io/json-file.ts';
import { readIfThere } from '../io/read-if-there.ts';
import { openCredentials } from '../node-red-credentials.ts';
import { loadedFile } from './content/kept-copy.ts';
import { nodeRedJson } from './content/node-red-json.ts';
import { storedConfig } from './stored-config.ts';

export interface FoundSecret {
  readonly secret: CredentialSecret | null;
  /** False when credentials are there that it does not open. */
  readonly fits: boolean;
}

/**
 * The secret that opens the credentials: that of the settings, or the one that Node-RED has made up, of which an old one may be left.
 *
 * @param own - what settings say; null when they say nothing, or are not known
 */
export function findSecret(userDir: string, own: string | false | null, credentialsFile: string): FoundSecret {
  const made = storedConfig(userDir, 'runtime')['_credentialSecret'];
  const candidates: CredentialSecret[] = [];
  if (own !== null) candidates.push({ from: 'settings', secret: own });
  if (typeof made === 'string' && made !== '') candidates.push({ from: 'runtime', secret: made });
  const sealed = sealedIn(credentialsFile);
  if (sealed === null) return { secret: candidates[0] ?? null, fits: true };
  const fitting = candidates.find(({ secret }) => openCredentials(sealed, secret) !== null);
  // One that does not fit would only hide that it is missing.
  return { secret: fitting ?? candidates.find(({ from }) => from === 'settings') ?? null, fits: fitting !== undefined };
}

/** The text of a credentials file that is encrypted; null for any other. */
function sealedIn(path: string): string | null {
  const bytes = loadedFile(path, readIfThere)?.bytes;
  const value = bytes === undefined ? null : nodeRedJson(bytes)?.value;
  return isObject(value) && typeof value['$'] === 'string' ? new TextDecoder().decode(bytes) : null;
}
