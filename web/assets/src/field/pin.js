// What a PIN must be that seals a copy outside the office: few digits are few tries.
const SHORTEST = 10;
const DIFFERENT = 6;

// What is wrong with a PIN for a new copy; empty when nothing is.
export function pinFault(pin) {
  if (pin.length < SHORTEST) return `口令至少 ${SHORTEST} 位。`;
  if (!/[0-9]/.test(pin) || !/[^0-9]/.test(pin)) return "口令须同时有数字和字母（或者汉字、符号）。";
  return new Set(pin).size < DIFFERENT ? `口令至少要有 ${DIFFERENT} 个不同的字符。` : "";
}
