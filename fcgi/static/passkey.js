/* Passkeys, and a mailed code that came behind the # of its link. Nothing else on these pages needs script. */
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ids = (list) => list.split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: bytes(id) }));

  const create = async ({ challenge, allow, user, name, site }) => {
    const made = await navigator.credentials.create({ publicKey: {
      challenge: bytes(challenge),
      rp: { name: site },
      user: { id: bytes(user), name, displayName: name },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -8 }],
      excludeCredentials: ids(allow),
      authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
      attestation: "none",
    } });
    return { client_data: text(made.response.clientDataJSON), authenticator: text(made.response.getAuthenticatorData()) };
  };
  const get = async ({ challenge, allow, verify }) => {
    const shown = await navigator.credentials.get({ publicKey: {
      challenge: bytes(challenge), allowCredentials: ids(allow), userVerification: verify ? "required" : "preferred",
    } });
    const { clientDataJSON, authenticatorData, signature } = shown.response;
    return { passkey: text(shown.rawId), client_data: text(clientDataJSON), authenticator: text(authenticatorData), signature: text(signature) };
  };
  const why = (error) => error.name === "InvalidStateError" ? "This device holds a passkey of this account already."
    : error.name === "NotAllowedError" ? "Nothing was done: it was called off, took too long, or there is no passkey for this site here."
    : "The browser could not do it here.";

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential || !navigator.credentials) continue;
    const button = form.querySelector("[data-passkey-button]"), problem = form.querySelector("[data-passkey-problem]");
    form.querySelector("[data-passkey-without]").hidden = true;
    button.hidden = false;
    let done = false;
    form.addEventListener("submit", async (event) => {
      if (done) return;
      event.preventDefault();
      button.disabled = true;
      problem.hidden = true;
      try {
        const fields = await (form.dataset.passkey === "create" ? create : get)(form.dataset);
        for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
        done = true;
        button.disabled = false;
        form.requestSubmit(button);
      } catch (error) {
        problem.textContent = why(error);
        problem.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
  }

  /* The code stays out of addresses that servers see; here it goes into its field and out of the address bar. */
  const field = document.querySelector("[data-from-fragment]");
  if (field && location.hash.length > 1) {
    field.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
    document.getElementById("password").focus();
  }
})();
