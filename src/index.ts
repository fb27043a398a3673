/** The engine's only door. */
export type {
  AgentAbilities,
  AgentListing,
  AgentOptions,
  BackupAgent,
  ByteRange,
  CheckReport,
  CheckStep,
  DownloadOptions,
  OpenArchive,
  RecordChanges,
  UploadOptions,
} from './agents/agent.ts';
export { compactUtc, isoLocal, parseIso, systemClock } from './clock.ts';
export type { Clock, Timer } from './clock.ts';
export { BackupError, deserializeError, ERROR_CODES, serializeError, systemCode, toBackupError } from './errors.ts';
export type { BackupErrorOptions, ErrorCode, SerializedError } from './errors.ts';
export { EventBus, isTerminal, JOB_KINDS } from './events.ts';
export type {
  BackupEvent,
  BackupStage,
  CompletedEvent,
  EventListener,
  FailedEvent,
  InProgressEvent,
  JobIdentity,
  JobKind,
  ManagerState,
} from './events.ts';
export { formatBytes } from './io/format-bytes.ts';
export type {
  Engine,
  EngineOptions,
  EngineStatus,
  FileEntry,
  Job,
  MergedListing,
  PlanStatus,
  RestoreReport,
  RestoreRequest,
  RunningJob,
  VerifyProblem,
  VerifyReport,
} from './manager/engine.ts';
export { openEngine } from './manager/open-engine.ts';
export { FORMAT_VERSION } from './model.ts';
export type {
  AgentId,
  BackupCopy,
  BackupId,
  BackupRecord,
  BackupRequest,
  BrokenEntry,
  Compression,
  ExtraValue,
  FailedFile,
  FailedFiles,
  FailedReason,
  FolderSource,
  JobId,
  MergedRecord,
  NodeRedSource,
  NodeRedVersions,
  PlanId,
  Progress,
  SourceSpec,
  SourceSummary,
} from './model.ts';
