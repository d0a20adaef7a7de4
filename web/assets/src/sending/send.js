// One way to talk to the desk: JSON or a form out, JSON or an error in Chinese back.  A session that ended is taken
// up again in place, and what was to be sent is sent again under its fresh token.
import { TOO_LARGE, isTooLarge } from "./largest_request.js";
import { renew } from "./sign_in_again.js";
import { verified } from "../identity/verify.js";

const token = () => document.querySelector('meta[name="csrf-token"]').content;

// Whose page this is: the desk acts for nobody else on its behalf.
const account = () => document.querySelector('meta[name="account"]')?.content ?? "";

function once(address, body) {
  const isForm = body instanceof FormData;
  if (isForm && isTooLarge(body)) return new Response(JSON.stringify({ message: TOO_LARGE }), { status: 413 });
  if (isForm && body.has("csrf_token")) body.set("csrf_token", token());
  const kind = isForm ? {} : { "Content-Type": "application/json" };
  const headers = { "X-CSRFToken": token(), "X-Requested-With": "fetch", "X-Account": account(), ...kind };
  return fetch(address, { method: "POST", headers, body: isForm ? body : JSON.stringify(body) });
}

// What needs a fresh proof of who somebody is goes on once that is given in place.
export async function post(address, body, quiet = false) {
  const response = await signedIn(address, body, quiet);
  if (response.status !== 403 || quiet) return response;
  const { code } = await response
    .clone()
    .json()
    .catch(() => ({}));
  return code === "verification_due" && (await verified()) ? once(address, body) : response;
}

// `quiet` work of the page itself asks for a password once; what a person presses asks again each time.
async function signedIn(address, body, quiet) {
  const response = await once(address, body);
  if (response.status !== 400 && response.status !== 401) return response;
  const { code } = await response
    .clone()
    .json()
    .catch(() => ({}));
  if (!["page_expired", "signed_out", "other_account"].includes(code)) return response;
  return (await renew(quiet)) ? once(address, body) : response;
}

// From here on the fault lies with the server and its surroundings: what is refused now may be taken later.
const FAILING = 502;

export async function send(address, body, quiet = false) {
  let response;
  try {
    response = await post(address, body, quiet);
  } catch {
    throw { unreachable: true, later: true, message: "网络不通，内容仍在本页，请稍后重试。", fields: {} };
  }
  const answer = await response.json().catch(() => null);
  // What is no answer of the desk is no success either.
  if (response.ok && answer) return answer;
  const message = answer?.message || "网络或服务器暂时不可用，请稍后重试；内容仍在本页。";
  throw { code: answer?.code, later: response.status >= FAILING, message, fields: answer?.fields || {} };
}

export function data(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

const COLOURS = { bad: "text-danger", good: "text-success" };

// What came of what a person pressed: it stays until the next press.
export function say(text, kind = "muted") {
  told("said", text, kind);
}

// What the page saved by itself has a place of its own, so that it never wipes the reason of a refusal.
export function saySaved(text, kind = "muted") {
  told(document.getElementById("saved") ? "saved" : "said", text, kind);
}

function told(id, text, kind) {
  const place = document.getElementById(id);
  place.textContent = text;
  place.className = COLOURS[kind] || "text-body-secondary";
}
