// What the editor of tables says, in Chinese; what is not listed stays as the library writes it.
const words = {
  "View DRD": "决策关系图", "Hit policy:": "命中规则：", "Hit Policy:": "命中规则：", "Hit policy": "命中规则", Unique: "唯一", First: "首个", Collect: "收集", Any: "任一", Priority: "优先", "Rule order": "按规则次序", "Output order": "按输出次序",
  When: "当", And: "且", Then: "则", Annotations: "依据", "Input": "输入", Output: "输出", "Add input": "增加输入列", "Add output": "增加输出列", "Add rule": "增加规则", "Add rule above": "在上方增加规则", "Add rule below": "在下方增加规则",
  Remove: "删除", "Remove rule": "删除规则", Copy: "复制", Cut: "剪切", Rule: "规则", Rules: "规则", "Add input left": "在左侧增加输入列", "Add input right": "在右侧增加输入列", "Add output left": "在左侧增加输出列", "Add output right": "在右侧增加输出列",
  "Input Label": "输入名称", "Output Label": "输出名称", "Output Name": "输出标识", Expression: "表达式", "Expression language": "表达式语言", Type: "类型", "Predefined values": "可选值", Close: "关闭", Edit: "修改", "Edit description": "修改说明", "Add description": "增加说明", Clear: "清除", Yes: "是", No: "否",
};

export const translate = (template, values = {}) => (words[template] || template).replace(/{([^}]+)}/g, (_, key) => values[key] ?? `{${key}}`);
export const inChinese = { translate: ["value", translate] };
