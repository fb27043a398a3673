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
export { isLocalAgent } from './agents/local/local.ts';
export type { LocalAgent } from './agents/local/local.ts';
export { createSftpAgent } from './agents/sftp/sftp.ts';
export type { SftpAgentOptions } from './agents/sftp/sftp.ts';
export { fingerprintOf, parseFingerprints } from './agents/sftp/host-key.ts';
export type { SftpSettings } from './agents/sftp/settings.ts';
export { StoreAgent } from './agents/store-agent.ts';
export type { StoreAgentOptions } from './agents/store-agent.ts';
export { protectedOnly } from './agents/wrap/protected-only.ts';
export { withRetry } from './agents/wrap/retry.ts';
export { withTimeout } from './agents/wrap/timeout.ts';
export { applyAtStart, confirmStart, rejectStart } from './apply/at-start.ts';
export type { Site } from './apply/apply-restore.ts';
export { fileSettings } from './apply/file-settings.ts';
export type { NodeRedEnvironment } from './apply/environment.ts';
export type { RestoreJournal } from './apply/journal.ts';
export { markRunning } from './apply/running-mark.ts';
export { storedSetting } from './apply/settings-port.ts';
export type { SettingKey, SettingsPort } from './apply/step.ts';
export { isTorn } from './apply/torn.ts';
export {
  generateKeyPair,
  keyFileText,
  parseKeyFile,
  recipientOf,
  recipientProblem,
} from './archive/encryption/identities.ts';
export type { KeyPair } from './archive/encryption/identities.ts';
export type { EstimatedSource, EstimateResult } from './archive/tasks.ts';
export { compressionHere } from './archive/format/frame.ts';
export { archiveName } from './backup-names.ts';
export { awakeClock, compactUtc, isoLocal, parseIso, systemClock } from './clock.ts';
export type { Clock, Timer } from './clock.ts';
export {
  BackupError,
  deserializeError,
  ERROR_CODES,
  messagesOf,
  serializeError,
  systemCode,
  toBackupError,
} from './errors.ts';
export type { BackupErrorOptions, ErrorCode, SerializedError } from './errors.ts';
export { EventBus, isTerminal, JOB_KINDS } from './events.ts';
export type {
  BackupEvent,
  BackupStage,
  CompletedEvent,
  DeletedEvent,
  EventListener,
  FailedEvent,
  HeldEvent,
  InProgressEvent,
  JobEvent,
  JobIdentity,
  JobKind,
  ManagerState,
  OverdueEvent,
} from './events.ts';
export type { Hook, HookCall, HookOutcome, HookTime } from './hooks/hook.ts';
export { contextStoresOf } from './installation/context-stores.ts';
export { findInstallation } from './installation/find.ts';
export type { FindOptions } from './installation/find.ts';
export type { Installation } from './installation/installation.ts';
export type { ActiveProject, NodeRedFacts } from './installation/node-red-facts.ts';
export { writeNote } from './installation/note.ts';
export type { InstallationNote } from './installation/note.ts';
export { activeProjectOf, projectsFolderOf } from './installation/project.ts';
export { requiredFiles } from './installation/required-files.ts';
export { settingsFacts } from './installation/settings-facts.ts';
export type { SettingsFacts } from './installation/settings-facts.ts';
export { abortReason } from './io/abort.ts';
export { formatBytes } from './io/format-bytes.ts';
export { partialName } from './io/partial-name.ts';
export type {
  BackupFlows,
  CredentialsState,
  DeleteReport,
  EngineStatus,
  FailedRemoval,
  FlowNode,
  FlowTab,
  FoundBackup,
  HeldGroup,
  IntoReport,
  LocationReport,
  MergedListing,
  OverdueItem,
  PendingCopy,
  PlanOutlook,
  PlanStatus,
  RestoreReport,
  RestoreStatus,
  RunningJob,
  ThinReport,
  VerifyProblem,
  VerifyReport,
} from './manager/reports.ts';
export type { FileEntry } from './archive/tasks.ts';
export type {
  AutomaticPlan,
  BackupPlace,
  ContentRequest,
  CopyRequest,
  DeleteRequest,
  ExpectedCopy,
  FlowsRequest,
  IntoRequest,
  LocalFolderOptions,
  ReceiveRequest,
  RestoreRequest,
  ThinRequest,
  VerifyOptions,
} from './manager/requests.ts';
export type { Engine, EngineAutomation, EngineRetention } from './manager/engine.ts';
export type { Job, ReceiveJob } from './manager/jobs/job.ts';
export type { EngineOptions } from './manager/engine-options.ts';
export { KeyRing } from './manager/key-ring.ts';
export { openEngine } from './manager/open-engine.ts';
export { nameProblem } from './manager/request-problem.ts';
export { FORMAT_VERSION, HOLD_REASONS } from './model.ts';
export { applyRetention } from './retention/apply-retention.ts';
export type { DatedBackup } from './retention/apply-retention.ts';
export { describePolicy } from './retention/describe-policy.ts';
export { COUNT_KEYS, parsePolicy, WITHIN_KEYS } from './retention/policy.ts';
export { simulateYear } from './retention/simulate-year.ts';
export type { SimulatedNight } from './retention/simulate-year.ts';
export type { Expectation } from './schedule/deadline.ts';
export { nextRuns } from './schedule/next-run.ts';
export { checkSchedule, dailyCron, WEEKDAYS } from './schedule/schedule.ts';
export type { Schedule, Weekday } from './schedule/schedule.ts';
export type { DueRun } from './schedule/scheduler.ts';
export type { RunRecord } from './store/run-history.ts';
export type { CountKey, Decision, ParsedPolicy, RetentionPolicy, WithinKey } from './retention/policy.ts';
export type {
  BackupRequest,
  CredentialSecret,
  Encryption,
  FolderSource,
  KeySet,
  NodeRedSource,
  SourceSpec,
} from './backup-request.ts';
export type {
  AgentId,
  BackupCopy,
  BackupId,
  BackupRecord,
  BrokenEntry,
  Compression,
  ExtraValue,
  FailedFile,
  FailedFiles,
  FailedReason,
  Hold,
  JobId,
  LastVerified,
  MergedRecord,
  NodeRedVersions,
  Overdue,
  PlanId,
  Progress,
  SourceSummary,
} from './model.ts';
