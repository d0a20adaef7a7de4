// What is carried along, sealed with a key that comes from the person's PIN; it expires and can be thrown away.
// Whoever finds the device tries PINs on their own machine: each try costs this much.
const ROUNDS = 600000;
const BEFORE = 300000;

const text = new TextEncoder(),
  back = new TextDecoder();

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("yimen-field", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function store(mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const done = base.transaction("kept", mode),
      asked = work(done.objectStore("kept"));
    done.oncomplete = () => {
      base.close();
      resolve(asked.result);
    };
    done.onerror = () => {
      base.close();
      reject(done.error);
    };
  });
}

const read = (name) => store("readonly", (kept) => kept.get(name));
const write = (name, value) => store("readwrite", (kept) => kept.put(value, name));

async function keyOf(pin, salt, iterations) {
  const raw = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export const throwAway = () => store("readwrite", (kept) => kept.clear());

// Whether something is kept that has not expired; what has is thrown away.
export async function isKept() {
  const about = await read("about");
  if (about && new Date(about.expires) <= new Date()) {
    await throwAway();
    return null;
  }
  return about || null;
}

export async function begin(pin, expires) {
  await throwAway();
  const salt = crypto.getRandomValues(new Uint8Array(16));
  await write("about", { salt, expires, rounds: ROUNDS });
  return new Sealed(await keyOf(pin, salt, ROUNDS));
}

// Opens what is kept; throws when the PIN is wrong.
export async function unlock(pin) {
  const about = await read("about");
  const sealed = new Sealed(await keyOf(pin, about.salt, about.rounds || BEFORE));
  await sealed.get("items");
  return sealed;
}

class Sealed {
  constructor(key) {
    this.key = key;
  }
  async put(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, text.encode(JSON.stringify(value)));
    await write(name, { iv, sealed });
  }
  async get(name) {
    const kept = await read(name);
    if (!kept) return null;
    return JSON.parse(
      back.decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, this.key, kept.sealed)),
    );
  }
}
