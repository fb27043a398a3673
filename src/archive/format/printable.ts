/** Control characters, and those that turn the direction of text: a name that holds them must not write on a terminal. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const LONGEST = 200;

/** What an archive says, for a message: cut where it is long, with an escape for what cannot be seen. */
export function printable(text: string | Buffer): string {
  const whole = text.toString();
  const cut = whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
  return cut.replace(UNSEEN, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`);
}
