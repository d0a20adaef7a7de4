// Scans of an old paper file: sent one after another, the list is read again when all are through.
import { uploads } from "../sending/upload.js";

if (document.getElementById("files")) {
  const faults = document.getElementById("faults");
  uploads(
    () => {},
    (file, message) =>
      faults.append(Object.assign(document.createElement("li"), { textContent: `${file.name}：${message}` })),
    () => {
      if (!faults.children.length) location.reload();
    },
  );
}
