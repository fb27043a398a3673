/** A flow that makes a backup when its address is asked, and answers with the record, or with status 500 and the error. */
export interface BackupFlowOptions {
  readonly nodeRed: boolean;
  readonly sources: readonly { readonly label: string; readonly path: string; readonly exclude: string }[];
  /** Absolute, or empty for the node's own default. */
  readonly folder: string;
}

const place = (x: number, y: number) => ({ z: 'tab', x, y });

export function backupFlow({ nodeRed, sources, folder }: BackupFlowOptions): readonly object[] {
  return [
    { id: 'tab', type: 'tab', label: 'Backup' },
    { id: 'in', type: 'http in', method: 'get', url: '/backup-now', wires: [['backup']], ...place(100, 100) },
    {
      id: 'backup',
      type: 'backup-create',
      name: 'Every night',
      backupName: '',
      nodeRed,
      nodeRedExclude: '',
      includeNodeModules: false,
      sources,
      folder,
      compression: 'zstd',
      excludeCaches: false,
      excludeIfPresent: '',
      unreadable: 'warn',
      whenBusy: 'wait',
      timeLimit: '',
      planId: '',
      removeExpired: true,
      template: '',
      wires: [['out'], []],
      ...place(300, 100),
    },
    { id: 'out', type: 'http response', statusCode: '', wires: [], ...place(500, 100) },
    { id: 'catch', type: 'catch', scope: ['backup'], wires: [['say']], ...place(100, 200) },
    {
      id: 'say',
      type: 'function',
      func: 'msg.payload = msg.error; msg.statusCode = 500; return msg;',
      wires: [['out']],
      ...place(300, 200),
    },
  ];
}
