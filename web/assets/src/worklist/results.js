// What came of doing one thing to many steps, in words.
export function told({ title, results }) {
  const failed = results.filter((row) => !row.ok).length;
  const passed = results.length - failed;
  return {
    failed,
    heading: failed ? `${title}：成功 ${passed} 项，未成功 ${failed} 项` : `${title}：成功 ${passed} 项`,
    lines: results.map((row) => ({ ok: row.ok, text: `${row.ok ? "✓" : "✗"} ${row.title}：${row.said}` })),
  };
}
