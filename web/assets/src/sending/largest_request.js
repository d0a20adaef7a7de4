// What is larger than the desk takes is not sent at all: the connection would be cut while it goes up, without
// an answer.
const most = Number(document.querySelector('meta[name="largest-request"]')?.content) || Infinity;

export const TOO_LARGE = "上传的文件过大，单个附件不能超过 20 MB，请压缩或分开扫描。";

export const isTooLarge = (body) => [...body.values()].reduce((sum, part) => sum + (part.size ?? 0), 0) > most;
