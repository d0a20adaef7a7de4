// Sexes as they are stored, and what they are called on the screen.
export const SEXES = { 男: "男", 女: "女" };
