// One way to talk to the desk: JSON out, JSON or an error in Chinese back.
const post = (address, body) => fetch(address, {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
    "X-Requested-With": "fetch",
  },
  body: JSON.stringify(body),
});

// From here on the fault lies with the server and its surroundings: what is refused now may be taken later.
const FAILING = 502;

export async function send(address, body) {
  let response;
  try {
    response = await post(address, body);
  } catch {
    throw { unreachable: true, later: true, message: "网络不通，内容仍在本页，请稍后重试。", fields: {} };
  }
  if (response.redirected) throw { message: "登录已过期，请在新窗口登录后再提交；已填写的内容仍在本页。", fields: {} };
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw { code: answer.code, later: response.status >= FAILING, message: answer.message || "网络或服务器暂时不可用，请稍后重试；内容仍在本页。", fields: answer.fields || {} };
  return answer;
}

export function data(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

export function say(text, kind = "muted") {
  const place = document.getElementById("said");
  place.textContent = text;
  place.className = kind === "bad" ? "text-danger" : kind === "good" ? "text-success" : "text-body-secondary";
}
