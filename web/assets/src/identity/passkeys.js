// Passkeys of the browser: from the desk's JSON to what the browser takes, and back.
const octets = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (ch) => ch.charCodeAt(0));
const letters = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const described = (list) => (list || []).map((one) => ({ ...one, id: octets(one.id) }));

export const usable = () => window.isSecureContext && "PublicKeyCredential" in window;

function answerOf(made, response) {
  return JSON.stringify({
    id: made.id,
    rawId: letters(made.rawId),
    type: made.type,
    response,
    clientExtensionResults: {},
  });
}

export async function sign(options) {
  const asked = {
    ...options,
    challenge: octets(options.challenge),
    allowCredentials: described(options.allowCredentials),
  };
  const made = await navigator.credentials.get({ publicKey: asked });
  const { clientDataJSON, authenticatorData, signature, userHandle } = made.response;
  return answerOf(made, {
    clientDataJSON: letters(clientDataJSON),
    authenticatorData: letters(authenticatorData),
    signature: letters(signature),
    userHandle: userHandle ? letters(userHandle) : null,
  });
}

export async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: octets(options.challenge),
      user: { ...options.user, id: octets(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  const { clientDataJSON, attestationObject } = made.response;
  return answerOf(made, { clientDataJSON: letters(clientDataJSON), attestationObject: letters(attestationObject) });
}

// What the browser says when a person gives up, or has no such key here.
export const refused = (fault) =>
  fault?.name === "NotAllowedError" || fault?.name === "AbortError"
    ? "没有使用通行密钥，请重试或者改用其他方式。"
    : fault?.name === "InvalidStateError"
      ? "这个通行密钥已经登记过。"
      : "浏览器不能使用通行密钥，请改用其他方式。";
