import { BackupError } from '../../errors.ts';
import { describeServer, type SftpSettings } from './settings.ts';

type Method = 'none' | 'publickey' | 'password' | 'keyboard-interactive';

const IN_WORDS: Readonly<Record<string, string>> = {
  publickey: 'the private key',
  password: 'the password',
  'keyboard-interactive': 'an answer to its questions (keyboard-interactive)',
};

/** More steps than any login has: a server that always asks for more is given up. */
const MOST_STEPS = 12;

/**
 * Logs in by what the server says that it still wants. Some want a key and then a password as well: after each that was accepted it
 * tells which are left.
 */
export class Login {
  readonly #settings: SftpSettings;
  readonly #own: readonly Method[];
  readonly #accepted: Method[] = [];
  #tried = new Set<Method>();
  #last: Method | null = null;
  #left: readonly string[] = [];
  #steps = 0;

  constructor(settings: SftpSettings) {
    this.#settings = settings;
    const { password, privateKey } = settings;
    const byKey: readonly Method[] = privateKey === null ? [] : ['publickey'];
    const byPassword: readonly Method[] = password === null ? [] : ['password', 'keyboard-interactive'];
    this.#own = [...byKey, ...byPassword];
  }

  /**
   * What to try next, as ssh2 asks for it.
   *
   * @param left - what the server still takes; null at the start
   * @param isPartial - the last was accepted, and is not enough
   */
  next(left: readonly string[] | null, isPartial: boolean | null): Method | false {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) return false;
    if (left === null) return 'none';
    if (isPartial === true && this.#last !== null) {
      this.#accepted.push(this.#last);
      this.#tried = new Set();
    }
    this.#left = left;
    this.#last = this.#choose(left);
    return this.#last ?? false;
  }

  /** Why it did not work. */
  failure(cause: unknown): BackupError {
    const what = `Cannot connect to ${describeServer(this.#settings)}: the server`;
    return new BackupError('agent_auth_failed', `${what} ${this.#reason()}`, { cause });
  }

  /** The server lets nobody in with this password before it was changed. */
  expired(): BackupError {
    const what = `Cannot connect to ${describeServer(this.#settings)}: the password has expired`;
    return new BackupError('agent_auth_failed', `${what}. Change it on the server, then enter the new one here.`);
  }

  #choose(left: readonly string[]): Method | null {
    const untried = this.#own.filter((method) => !this.#tried.has(method));
    const wanted = untried.filter((method) => left.includes(method) && !this.#accepted.includes(method));
    // Some servers do not name all that they take; once one was accepted, they do.
    const chosen = wanted[0] ?? (this.#accepted.length === 0 ? untried[0] : undefined) ?? null;
    if (chosen !== null) this.#tried.add(chosen);
    return chosen;
  }

  #reason(): string {
    const missing = this.#left.filter((method) => !this.#own.some((own) => own === method)).map(inWords);
    const lacksAll = missing.length > 0 && missing.length === this.#left.length;
    if (this.#accepted.length === 0) {
      const only = lacksAll ? `: it takes only ${missing.join(' or ')}` : '';
      return `refused the login${only}. Check user, password and key.`;
    }
    const accepted = `accepted ${this.#accepted.map(inWords).join(' and ')}`;
    if (lacksAll) return `${accepted} and also asks for ${missing.join(' or ')}. Give both.`;
    const refused = [...this.#tried].map(inWords).join(' and ');
    return `${accepted} and refused ${refused === '' ? 'to go on' : refused}. Check user, password and key.`;
  }
}

function inWords(method: string): string {
  return IN_WORDS[method] ?? method;
}
