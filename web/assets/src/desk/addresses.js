// Where the desk is asked: every address that a script knows by itself.  A test of the house compares them with the
// desk's routes; what belongs to one row or form comes from the page, in a data attribute.
export const ABOUT = "/about";
export const FACTORS = "/factors";
export const FACTORS_PASSKEY = "/factors/passkey";
export const FACTORS_PASSKEY_OPTIONS = "/factors/passkey/options";
export const FIELD = "/field";
export const FIELD_CARRY = "/field/carry";
export const FIELD_WORKER = "/sw.js";
export const FORM_DRAFTS = "/unsaved";
export const HOUSEHOLDS_SAVE = "/households/save";
export const IDENTITY_PASSKEY = "/identity/passkey";
export const IDENTITY_PASSKEY_OPTIONS = "/identity/passkey/options";
export const IDENTITY_STATE = "/identity/state";
export const IDENTITY_VERIFY = "/identity/verify";
export const PEOPLE_LOOK_UP = "/people/look-up";
export const PHRASES = "/phrases";
export const SIGN_IN_AGAIN = "/sign-in/again";
export const SIGN_IN_PROVIDER = "/sign-in/provider";
export const SIGN_IN_STATE = "/sign-in/state";
export const SIGN_OUT = "/sign-out";
export const STATIC = "/static/";
export const WORKLIST_BATCH = "/worklist/batch";

export const batchUndo = (batch) => `/worklist/batch/${batch}/undo`;
export const caseOf = (number) => `/cases/${number}`;
export const caseAttachments = (number) => `/cases/${number}/attachments`;
export const caseComments = (number) => `/cases/${number}/comments`;
export const fieldItem = (item) => `/field/items/${item}`;
export const phraseDrop = (phrase) => `/phrases/${phrase}/drop`;
export const personReveal = (person) => `/people/${person}/reveal`;
export const scanPicture = (scan) => `/scan/pictures/${scan}.jpg`;
export const taskDraft = (number, item) => `/cases/${number}/tasks/${item}/draft`;
export const taskHandwriting = (number, item) => `/cases/${number}/tasks/${item}/handwriting`;
