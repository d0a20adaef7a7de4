// Files of a case under the material that they are: many at once, one after another, with the share that has gone up.
import { TOO_LARGE, isTooLarge } from "../sending/largest_request.js";
import { post } from "../sending/send.js";

const TRY_AGAIN = new Set([400, 401]);

// A session that ended is taken up by `post`, which asks for the password; it knows nothing of shares.
function once(address, body, went) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", address);
    call.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
    call.setRequestHeader("X-Account", document.querySelector('meta[name="account"]')?.content ?? "");
    call.setRequestHeader("X-Requested-With", "fetch");
    call.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) went(event.loaded / event.total);
    });
    call.addEventListener("load", () =>
      resolve({ ok: call.status < 300, status: call.status, text: call.responseText }),
    );
    call.addEventListener("error", () => reject(new Error("offline")));
    call.send(body);
  });
}

async function sendOne(address, file, material, went) {
  const body = new FormData();
  body.append("material", material);
  body.append("file", file);
  if (isTooLarge(body)) throw Object.assign(new Error(TOO_LARGE), { answered: true });
  let answer = await once(address, body, went);
  if (TRY_AGAIN.has(answer.status)) {
    const second = await post(address, body);
    answer = { ok: second.ok, text: await second.text() };
  }
  if (answer.ok) return;
  let told = "服务器暂时不可用，请稍后重试";
  try {
    told = JSON.parse(answer.text).message || told;
  } catch {
    /* not an answer of the desk */
  }
  throw Object.assign(new Error(told), { answered: true });
}

async function again(place) {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.querySelector(`#${place.id} .materials`);
  if (fresh) place.querySelector(".materials").replaceWith(fresh);
}

async function sendAll(place, files, material) {
  const bar = document.getElementById("upload-progress"),
    said = document.getElementById("upload-said");
  const total = files.reduce((sum, f) => sum + f.size, 0) || 1,
    refused = [];
  let gone = 0;
  bar.hidden = false;
  for (const [n, file] of files.entries()) {
    said.textContent = `正在上传第 ${n + 1}/${files.length} 个：${file.name}`;
    try {
      await sendOne(place.dataset.address, file, material, (share) => {
        bar.value = (100 * (gone + share * file.size)) / total;
      });
    } catch (fault) {
      refused.push(`${file.name}：${fault.answered ? fault.message : "网络不通，没有上传，请重新选择"}`);
    }
    gone += file.size;
    bar.value = (100 * gone) / total;
  }
  await again(place).catch(() => refused.push("材料清单没有刷新，请刷新本页查看"));
  bar.hidden = true;
  said.textContent = refused.length ? refused.join("；") : `已上传 ${files.length} 个文件`;
  said.className = refused.length ? "small mb-1 text-danger" : "small mb-1 text-success";
}

document.addEventListener("change", async ({ target }) => {
  const place = target.closest("[data-attachments]");
  const line = target.closest("[data-material]");
  if (!place || !line || target.type !== "file" || !target.files.length) return;
  const files = [...target.files];
  target.value = "";
  await sendAll(place, files, line.dataset.material);
});
