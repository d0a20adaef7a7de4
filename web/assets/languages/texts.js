// The texts of a script that people see: every string and template literal that holds Chinese characters. Texts need no
// mark. The exceptions are marked by a comment right before an expression and concern all of that expression:
//   /* data */       it stays as it is: it is compared with data, or becomes part of a record
//   /* library */    words that put the texts of a library into Chinese: {} in other languages
// Names of properties and of modules are never texts.
import { parse } from "acorn";
import { walk } from "estree-walker";

const CHINESE = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u;
const MARKS = new Set(["data", "library"]);

const isChinese = (node) =>
  node.type === "Literal"
    ? typeof node.value === "string" && CHINESE.test(node.value)
    : node.type === "TemplateLiteral" && node.quasis.some((part) => CHINESE.test(part.value.cooked));

// Where each mark's expression begins: the next character that is no space.
function marksOf(code, comments) {
  const marks = new Map();
  for (const { type, value, end } of comments)
    if (type === "Block" && MARKS.has(value.trim())) marks.set(end + code.slice(end).search(/\S/), value.trim());
  return marks;
}

// What a placeholder is called: the last name in its expression that is neither a method nor a length.
function nameOf(expression) {
  const methods = new Set();
  let name = "value";
  walk(expression, {
    enter(node, _, key) {
      if (node.type === "CallExpression" && node.callee.type === "MemberExpression") methods.add(node.callee.property);
      if (node.type === "TemplateLiteral" && key !== null) this.skip();
      if (node.type === "Identifier" && node.name !== "length" && !methods.has(node)) name = node.name;
    },
  });
  return name;
}

// A literal as a message: `${left} 秒` is "{left} 秒"; a name that returns is numbered.
function textOf({ type, value, quasis, expressions, start, end }) {
  if (type === "Literal") return { start, end, message: value, places: new Map(), isTemplate: false };
  const places = new Map();
  let message = quasis[0].value.cooked;
  for (const [n, expression] of expressions.entries()) {
    const name = nameOf(expression);
    let place = name;
    for (let again = 2; places.has(place); again += 1) place = `${name}${again}`;
    places.set(place, { start: expression.start, end: expression.end });
    message += `{${place}}${quasis[n + 1].value.cooked}`;
  }
  return { start, end, message, places, isTemplate: true };
}

function holdsChinese(top) {
  let isFound = false;
  walk(top, {
    enter(node) {
      isFound ||= isChinese(node);
    },
  });
  return isFound;
}

// All texts in the order of the file, an outer one before those in its expressions; and the places of words that put a
// library into Chinese.  A mark that concerns nothing is an error.
export function textsOf(code) {
  const comments = [];
  const tree = parse(code, { ecmaVersion: "latest", sourceType: "module", onComment: comments });
  const marks = marksOf(code, comments),
    texts = [],
    words = [];
  const fault = (what, at) => new Error(`${what}: ${code.slice(at, at + 60)}`);
  walk(tree, {
    enter(node, parent, key) {
      const mark = parent && marks.get(node.start);
      if (mark) {
        marks.delete(node.start);
        this.skip();
        if (mark === "library") words.push({ start: node.start, end: node.end });
        else if (!holdsChinese(node)) throw fault("marked as data, but without Chinese", node.start);
      } else if (key !== "source" && (key !== "key" || parent.computed) && isChinese(node)) {
        if (parent.type === "TaggedTemplateExpression")
          throw fault("a text with a tag cannot be translated", node.start);
        texts.push(textOf(node));
      }
    },
  });
  for (const at of marks.keys()) throw fault("a mark stands before no expression", at);
  return { texts, words };
}
