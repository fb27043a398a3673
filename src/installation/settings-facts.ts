/** A context store as it is set: where it keeps its files is known only together with the user directory. */
export interface StoreSetting {
  readonly name: string;
  /** `custom` for one that is no text. */
  readonly module: string;
  readonly dir: string | null;
  readonly base: string | null;
}

/** What of the settings a backup needs to know. No secret but that of the credentials. */
export interface SettingsFacts {
  /** As it is set; null when it is not, or is no text. */
  readonly flowFile: string | null;
  /** False: credentials are not encrypted. Null when it is not set. */
  readonly credentialSecret: string | false | null;
  /** Null when settings do not say whether there are projects. */
  readonly projectsEnabled: boolean | null;
  /** Where projects lie instead of in the user directory. */
  readonly projectsPath: string | null;
  /** Names of the settings that keep strangers out, as far as they are set. */
  readonly guards: readonly string[];
  readonly port: number | null;
  /** Whether flows are kept by a storage of its own, and not in files. */
  readonly ownStorage: boolean;
  readonly contextStores: readonly StoreSetting[];
  /** Folders of libraries besides the one in the user directory, as they are set. */
  readonly libraries: readonly string[];
}

/**
 * Reads settings as Node-RED does, whatever they are.
 *
 * Its text is also run in another process, so it uses nothing but its argument and the language.
 */
export function settingsFacts(settings: unknown): SettingsFacts {
  const fieldsOf = (value: unknown): Record<string, unknown> => Object(value) as Record<string, unknown>;
  const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const all = fieldsOf(settings);
  const theme = fieldsOf(all['editorTheme']);
  const projects = fieldsOf(theme['projects']);
  const secret = all['credentialSecret'];
  const guards = ['adminAuth', 'httpNodeAuth', 'httpStaticAuth', 'https', 'httpAdminRoot', 'httpNodeRoot'];
  const isSet = (name: string): boolean => {
    const value = all[name];
    // A root that is false is served not at all, and `/` is what Node-RED takes when it is not set.
    return name.endsWith('Root') ? value === false || (textOf(value) ?? '/') !== '/' : Boolean(value);
  };
  const stores = fieldsOf(all['contextStorage']);
  const storeOf = (name: string): StoreSetting[] => {
    const { module, config } = fieldsOf(stores[name]);
    // One that is only another name for a store has no module, and `_` is Node-RED's own.
    if (name === '_' || module === undefined || module === null) return [];
    const { dir, base } = fieldsOf(config);
    return [{ name, module: textOf(module) ?? 'custom', dir: textOf(dir), base: textOf(base) }];
  };
  const sources = fieldsOf(theme['library'])['sources'];
  const listed: readonly unknown[] = Array.isArray(sources) ? sources : [];
  const port = Number(all['uiPort'] ?? Number.NaN);
  const storage = all['storageModule'];
  return {
    flowFile: textOf(all['flowFile']),
    credentialSecret: secret === false ? false : textOf(secret),
    projectsEnabled: typeof projects['enabled'] === 'boolean' ? projects['enabled'] : null,
    projectsPath: textOf(projects['path']),
    guards: guards.filter(isSet),
    port: Number.isInteger(port) && port > 0 ? port : null,
    ownStorage: Boolean(storage) && storage !== 'localfilesystem',
    contextStores: Object.keys(stores).flatMap(storeOf),
    libraries: listed.map((source) => textOf(fieldsOf(source)['path'])).filter((path) => path !== null),
  };
}
