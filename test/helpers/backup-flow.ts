export interface BackupFlowOptions {
  readonly nodeRed: boolean;
  readonly sources: readonly { readonly label: string; readonly path: string; readonly exclude: string }[];
  /** Absolute, or empty for the node's own default. */
  readonly folder: string;
  readonly compression?: 'zstd' | 'none';
}

const TAB = { id: 'tab', type: 'tab', label: 'Backup' };
const place = (x: number, y: number) => ({ z: 'tab', x, y });

/** A flow that makes a backup when its address is asked, and answers with the record, or with status 500 and the error. */
export function backupFlow({ nodeRed, sources, folder, compression = 'zstd' }: BackupFlowOptions): readonly object[] {
  return [
    TAB,
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
      compression,
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
    ...answering('backup'),
  ];
}

/** A flow that copies the newest backup of a folder to an SFTP server when its address is asked, and answers likewise. */
export function copyFlow(folder: string, agent: Readonly<Record<string, unknown>>): readonly object[] {
  return [
    TAB,
    { id: 'in', type: 'http in', method: 'get', url: '/copy-now', wires: [['agent']], ...place(100, 100) },
    { id: 'source', type: 'agent-local', name: '', folder, mounted: false, wires: [[], []], ...place(300, 300) },
    { id: 'agent', type: 'agent-sftp', name: '', ...agent, wires: [['out'], []], ...place(300, 100) },
    ...answering('agent'),
  ];
}

function answering(node: string): readonly object[] {
  return [
    { id: 'out', type: 'http response', statusCode: '', wires: [], ...place(500, 100) },
    { id: 'catch', type: 'catch', scope: [node], wires: [['say']], ...place(100, 200) },
    {
      id: 'say',
      type: 'function',
      func: 'msg.payload = msg.error; msg.statusCode = 500; return msg;',
      wires: [['out']],
      ...place(300, 200),
    },
  ];
}
