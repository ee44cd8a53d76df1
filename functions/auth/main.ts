import { clientAddress } from '@dormouse/runtime/address';
import { tokens } from '@dormouse/runtime/auth';
import { variable } from '@dormouse/runtime/config';
import { request } from '@dormouse/runtime/http';
import { serve } from '@dormouse/runtime/serve';
import { secretVariable, signInProviders } from '@dormouse/runtime/sign-in-providers';
import { createApp } from './app.ts';
import { exchangeToken } from './exchange-token.ts';
import { firstOfMinute } from './first-of-minute.ts';
import { openKeyring } from './keyring.ts';
import { defaultLimits } from './limits.ts';
import { passwords } from './passwords.ts';
import { registrationOf } from './registration.ts';
import { createStore } from './store.ts';

const perMinute = (name: string, fallback: number) => Number(variable(name, String(fallback)));

await serve('auth', ({ config: { issuer, audience }, sql, outbox, limiter, log }) => {
  const keys = openKeyring(variable('KEYS_DIR'), {
    onError: (error) => log.error({ error }, 'the signing keys cannot be read: the ones before stay in use'),
  });
  const store = createStore(sql, outbox);
  const exchange = async (token: string) =>
    (await exchangeToken({ store, keys, issuer, audience, now: Date.now }, token))?.token;
  return createApp({
    store,
    passwords: passwords(),
    keys,
    tokens: tokens({ keys: keys.published, issuer, audience, exchange }),
    limiter,
    limits: {
      ...defaultLimits,
      loginAddress: perMinute('LOGINS_PER_ADDRESS', defaultLimits.loginAddress),
      registerAddress: perMinute('REGISTRATIONS_PER_ADDRESS', defaultLimits.registerAddress),
    },
    registration: registrationOf(variable('REGISTRATION', 'authors')),
    providers: signInProviders(variable('OAUTH_PROVIDERS', '')).map((provider) => {
      const secret = variable(secretVariable(provider.name), '');
      return secret === '' ? provider : { ...provider, secret };
    }),
    requestProvider: request,
    issuer,
    audience,
    address: clientAddress,
    log,
    firstRefusal: firstOfMinute(Date.now),
    now: Date.now,
  });
});
