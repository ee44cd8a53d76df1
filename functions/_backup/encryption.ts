import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { BackupError } from './backup-error.ts';
import type { Encryption } from './manifest.ts';

/** Who can read a backup: whoever has the key to an age recipient, or knows a passphrase. */
export type Lock =
  | { recipient: string }
  | { passphrase: string /** log2 of scrypt's cost; default: 18, a second. */; workFactor?: number };

/** What opens it: an age identity (`AGE-SECRET-KEY-1…`), or the passphrase. */
export type Key = { identity: string } | { passphrase: string };

export interface Sealer {
  readonly encryption: Encryption;
  seal(content: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>>;
}

export type Opener = (content: ReadableStream<Uint8Array>) => Promise<ReadableStream<Uint8Array>>;

/**
 * Encrypts in the format of age (age-encryption.org/v1). With a passphrase the backup gets a key pair of its own, whose secret half
 * is encrypted by the passphrase once: scrypt takes a second.
 * @throws BackupError when the recipient is none
 */
export async function sealerFor(lock: Lock): Promise<Sealer> {
  if ('recipient' in lock) return sealer({ kind: 'age', recipients: [lock.recipient] });
  const identity = await generateX25519Identity();
  const wrapper = new Encrypter();
  wrapper.setPassphrase(lock.passphrase);
  if (lock.workFactor !== undefined) wrapper.setScryptWorkFactor(lock.workFactor);
  const wrapped = armor.encode(await wrapper.encrypt(identity));
  return sealer({ kind: 'age', recipients: [await identityToRecipient(identity)], identity: wrapped });
}

function sealer(encryption: Encryption): Sealer {
  const encrypter = new Encrypter();
  try {
    for (const recipient of encryption.recipients) encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new BackupError('the recipient is none of age: it begins with age1', { cause });
  }
  return { encryption, seal: (content) => encrypter.encrypt(content) };
}

/** @throws BackupError when the key is missing, of the wrong kind or the wrong one */
export async function openerFor(encryption: Encryption, key: Key | undefined): Promise<Opener> {
  const identity = await identityOf(encryption, key);
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(identity);
  } catch (cause) {
    throw new BackupError('the identity is none of age: it begins with AGE-SECRET-KEY-1', { cause });
  }
  if (!encryption.recipients.includes(await identityToRecipient(identity)))
    throw new BackupError(`the identity is not the one of ${encryption.recipients.join(', ')}`);
  return (content) => decrypter.decrypt(content);
}

async function identityOf({ identity: wrapped }: Encryption, key: Key | undefined): Promise<string> {
  if (wrapped === undefined) {
    if (key && 'identity' in key) return key.identity;
    throw new BackupError('the backup is encrypted for a recipient: give its identity with --identity-file');
  }
  if (!key || !('passphrase' in key))
    throw new BackupError('the backup is encrypted by a passphrase: give it with --passphrase-file');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(key.passphrase);
  try {
    return await decrypter.decrypt(armor.decode(wrapped), 'text');
  } catch (cause) {
    throw new BackupError('the passphrase is not the one that the backup was encrypted by', { cause });
  }
}
