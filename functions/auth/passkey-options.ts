/** COSE algorithms of keys: ES256, which every device has; EdDSA; RS256, of some Windows machines. */
export const algorithms = [-7, -8, -257] as const;

/** Seconds for what somebody does at their device. */
export const patience = 300;

/** What a browser is asked to make a passkey with (WebAuthn's PublicKeyCredentialCreationOptionsJSON). */
export const creationOptions = (
  site: { origin: string; title: string },
  user: { id: number; username: string; displayName: string },
  challenge: string,
  known: readonly { id: string; transports: readonly string[] }[],
) => ({
  rp: { id: new URL(site.origin).hostname, name: site.title },
  user: {
    // Says nothing of the person; one for each account, so that a device keeps one passkey for it.
    id: Buffer.from(`user/${user.id}`).toString('base64url'),
    name: user.username,
    displayName: user.displayName,
  },
  challenge,
  pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key' as const, alg })),
  timeout: patience * 1000,
  excludeCredentials: known.map(({ id, transports }) => ({
    id,
    type: 'public-key' as const,
    transports: [...transports],
  })),
  // Found without a name, and used by who can unlock the device.
  authenticatorSelection: {
    residentKey: 'required' as const,
    requireResidentKey: true,
    userVerification: 'required' as const,
  },
  attestation: 'none' as const,
});

/** What a browser is asked for a passkey with, whosever (PublicKeyCredentialRequestOptionsJSON). */
export const requestOptions = (origin: string, challenge: string) => ({
  rpId: new URL(origin).hostname,
  challenge,
  timeout: patience * 1000,
  userVerification: 'required' as const,
  allowCredentials: [],
});
