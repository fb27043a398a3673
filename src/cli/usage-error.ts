/** The command line itself is wrong: exit code 2. Never leaves src/cli. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
