import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type * as v from 'valibot';
import { algorithms } from './passkey-options.ts';
import type { Passkey } from './passkey-store.ts';
import type { newPasskey, passkeyLogIn } from './requests.ts';

type Made = v.InferOutput<typeof newPasskey>['response'];
type Used = v.InferOutput<typeof passkeyLogIn>['response'];

/** Where a passkey is good, and what its device had to sign. */
export interface Expected {
  challenge: string;
  /** The site, `https://blog.example`. */
  origin: string;
}

/** Of a new passkey, what is stored. */
export type NewCredential = Pick<Passkey, 'id' | 'publicKey' | 'counter' | 'transports'>;

/** Checks what a device answered that made a passkey: challenge, origin, site, user verified. @throws Error when it proves nothing */
export async function readNewPasskey(made: Made, { challenge, origin }: Expected): Promise<NewCredential> {
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: made as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: new URL(origin).hostname,
    requireUserVerification: true,
    supportedAlgorithmIDs: [...algorithms],
  });
  if (!verified) throw new Error('the device did not prove that it has the key');
  const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
  return { id, publicKey: new Uint8Array(publicKey), counter, transports };
}

/** Checks what a device answered that used a passkey, its counter, too. @returns the counter now @throws Error when it proves nothing */
export async function readUse(
  used: Used,
  { id, publicKey, counter, transports }: Passkey,
  { challenge, origin }: Expected,
): Promise<number> {
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: used as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: new URL(origin).hostname,
    requireUserVerification: true,
    credential: { id, publicKey, counter, transports: [...transports] },
  });
  if (!verified) throw new Error('the signature is not of this passkey');
  return authenticationInfo.newCounter;
}
