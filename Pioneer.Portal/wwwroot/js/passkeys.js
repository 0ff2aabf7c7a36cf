// Passkeys: the browser's own dialog between our options and our form. A form with data-passkey is shown where the browser can do it.
const toForm = (form, credential) => {
  form.querySelector("[name=credential]").value = JSON.stringify(credential);
  form.submit();
};

const ask = async (form, address) => {
  const token = form.querySelector("[name=__RequestVerificationToken]")?.value ?? "";
  const answer = await fetch(address, { method: "POST", headers: { RequestVerificationToken: token } });
  if (!answer.ok) { throw new Error(`The portal answered ${answer.status}.`); }
  return answer.json();
};

const kinds = {
  "sign-in": async form => navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(await ask(form, "/sign-in/passkey/options")),
  }),
  "add": async form => navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(await ask(form, "/account/passkeys/options")),
  }),
};

// an address in figures is no name that a passkey could belong to
const possible = () => window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname);

// a form is found twice where the page that holds it loads this module; two listeners would ask for two challenges, and the answer to one
// would be held against the other
const attached = new WeakSet();

export function attach(root) {
  for (const form of root.querySelectorAll("form[data-passkey]")) {
    if (!possible() || attached.has(form)) { continue; }
    attached.add(form);
    form.hidden = false;
    let busy = false;
    window.addEventListener("pageshow", () => { busy = false; });
    form.addEventListener("submit", async e => {
      e.preventDefault();
      if (busy) { return; }
      busy = true;
      const said = form.querySelector("[data-passkey-said]");
      try {
        toForm(form, await kinds[form.dataset.passkey](form));
      } catch (failure) {
        // closing the browser's dialog is an answer too
        if (said) { said.textContent = failure.name === "NotAllowedError" ? "No passkey was used." : failure.message; }
        busy = false;
      }
    });
  }
}

attach(document);
