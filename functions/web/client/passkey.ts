/** The options of a request to the device, as auth writes them. */
type Options = PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON;

/** Shows the forms of passkeys where the browser knows them; each asks the device, and is sent with what it answers. */
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) start(form);

function start(form: HTMLFormElement): void {
  if (typeof PublicKeyCredential === 'undefined' || !('parseCreationOptionsFromJSON' in PublicKeyCredential)) return;
  form.hidden = false;
  for (const each of document.querySelectorAll<HTMLElement>('[data-passkey-missing]')) each.hidden = true;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const said = form.querySelector('[role=alert]');
    ask(form).then(
      () => form.submit(),
      () => said && (said.textContent = form.dataset.failed ?? ''),
    );
  });
}

async function ask(form: HTMLFormElement): Promise<void> {
  const { from, options = '', passkey } = form.dataset;
  const asked = from ? await (await fetch(from, { method: 'POST' })).json() : { options: JSON.parse(options) };
  if (from) field(form, 'ticket').value = asked.ticket;
  const credential = await (passkey === 'create' ? create(asked.options) : get(asked.options));
  field(form, 'response').value = JSON.stringify((credential as PublicKeyCredential).toJSON());
}

const create = (options: Options) =>
  navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });

const get = (options: Options) =>
  navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });

const field = (form: HTMLFormElement, name: string) => form.elements.namedItem(name) as HTMLInputElement;
