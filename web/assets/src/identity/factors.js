// The pages of second factors: adding a passkey, showing one after the password, copying recovery codes.
import { FACTORS, FACTORS_PASSKEY, FACTORS_PASSKEY_OPTIONS } from "../desk/addresses.js";
import { create, refused, usable } from "./passkeys.js";
import { send } from "../sending/send.js";
import { byPasskey, take } from "./verify.js";

const tell = (place, problem) => {
  place.textContent = problem.message && !(problem instanceof DOMException) ? problem.message : refused(problem);
};

for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = !usable();

const shown = document.getElementById("show-passkey");
shown?.addEventListener("click", async () => {
  const said = document.getElementById("passkey-said");
  shown.disabled = true;
  said.textContent = "";
  try {
    take(await byPasskey());
    location.assign(shown.dataset.next);
    return;
  } catch (problem) {
    tell(said, problem.told ? { message: problem.told } : problem);
  }
  shown.disabled = false;
});

const adding = document.getElementById("add-passkey");
adding?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = adding.querySelector(".fault"),
    button = adding.querySelector("button");
  const { password, label } = Object.fromEntries(new FormData(adding));
  button.disabled = true;
  said.textContent = "";
  try {
    const { options } = await send(FACTORS_PASSKEY_OPTIONS, { password });
    const answer = await create(options);
    const made = await send(FACTORS_PASSKEY, { answer, label });
    take(made);
    if (!made.codes.length) {
      location.assign(FACTORS);
      return;
    }
    const list = document.getElementById("new-codes");
    list.querySelector("ol").replaceChildren(
      ...made.codes.map((code) => {
        const row = document.createElement("li");
        row.append(Object.assign(document.createElement("code"), { textContent: code }));
        return row;
      }),
    );
    list.hidden = false;
    adding.closest("section").hidden = true;
    list.scrollIntoView();
    list.focus();
    return;
  } catch (problem) {
    tell(said, problem);
  }
  button.disabled = false;
});
