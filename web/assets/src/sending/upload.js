// Files dropped or chosen, sent one after another with progress; each answer or fault is told to the page.
import { post, say } from "./send.js";

async function sendFile(address, file) {
  const body = new FormData();
  body.append("file", file);
  const response = await post(address, body);
  const answer = await response.json().catch(() => ({ message: "服务器没有回答，请重试" }));
  if (!response.ok) throw { answered: true, message: answer.message };
  return answer;
}

// `took(file, answer)` and `refused(file, message)` are told file by file; `after()` when all are through.
export function uploads(took, refused, after = () => {}) {
  const input = document.getElementById("files"),
    drop = document.getElementById("drop"),
    bar = document.getElementById("progress");
  async function sendAll(files) {
    bar.hidden = false;
    bar.max = files.length;
    for (const [n, file] of [...files].entries()) {
      say(`正在读取第 ${n + 1}/${files.length} 个文件……`);
      try {
        took(file, await sendFile(input.dataset.address, file));
      } catch (fault) {
        if (!fault.answered) {
          say("网络暂时不可用，请重试。", "bad");
          return;
        }
        refused(file, fault.message);
      }
      bar.value = n + 1;
    }
    say(`已读取 ${files.length} 个文件`, "good");
    input.value = "";
    after();
  }
  input.addEventListener("change", () => input.files.length && sendAll(input.files));
  for (const kind of ["dragover", "drop"])
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      if (kind === "drop" && event.dataTransfer.files.length) sendAll(event.dataTransfer.files);
    });
  document.body.dataset.ready = "1";
}
