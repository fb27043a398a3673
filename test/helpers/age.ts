/** The stock command `age`, and keys for tests. */
import { spawn } from 'node:child_process';

/** Pairs that are nobody's. */
export const IDENTITY = 'AGE-SECRET-KEY-1V7DJR5CS3FCSK3P8TP90QPV5PJESAL6CZ55ZGSWNZEDEHRLRHJXSC7F9A2';
export const RECIPIENT = 'age19kt4u9y26p6em5phh4gpdmgwjz5mhyruxpdvrpfpy999nukrk9ks7caps8';
export const OTHER_IDENTITY = 'AGE-SECRET-KEY-1QGH2QC09HS0QK642Z6EETV6JH8WD87M4RWSTS2HTTEL72LSY9R6S0KP33X';
export const OTHER_RECIPIENT = 'age1cxdzwql22p4qe4car2yhfzccjydn4vun3n33sk54lyq7v899vsxq6zyaaf';
export const PASSPHRASE = 'correct horse battery staple';

const ASKED = /passphrase[^\n]*: /gi;

/** Runs a command line of a shell on a terminal of its own, and types the passphrase as often as it is `asked` for. */
export function typePassphrase(
  commandLine: string,
  passphrase: string,
  asked: RegExp = ASKED,
): Promise<{ code: number | null; text: string }> {
  const child = spawn('script', ['-qec', commandLine, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  let answered = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const times = text.match(asked)?.length ?? 0;
    for (; answered < times; answered++) child.stdin.write(`${passphrase}\n`);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, text });
    });
  });
}
