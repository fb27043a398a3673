import { createCipheriv, createHash, randomBytes } from 'node:crypto';

/** A credentials file as Node-RED writes it. */
export function sealedCredentials(credentials: object, secret: string): string {
  const key = createHash('sha256').update(secret).digest();
  const start = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', key, start);
  const sealed = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64');
  return JSON.stringify({ $: start.toString('hex') + sealed });
}
